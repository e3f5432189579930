// Ce qui est tapé dans l’espace survit à l’envoi d’un autre formulaire, à un refus, à un retour en arrière.
// Gardé dans cet onglet, pour ce compte, une demi-journée ; ôté à l’envoi réussi et à la déconnexion.
// Ce qui est tapé pour une personne ne vient jamais dans la page d’une autre.
const COMPTE = document.querySelector("[data-saisie]").dataset.saisie,
  QUI = document.querySelectorAll("[type=hidden][name=personne], select[name=pour] > [selected]"),
  DEBUT = `saisie:${COMPTE}:`,
  CLE = [DEBUT + location.pathname, ...[...QUI].map((c) => c.value)].join(),
  ENVOI = "saisie-envoi",
  DUREE = 12 * 3_600_000, // millisecondes
  JAMAIS = /pass|credential|secret|code|cochee/i,
  CHAMPS = "textarea, select, input:not([type=hidden], [type=file], [type=password], [type=submit], [type=search])";

const champs = (f) => [...f.elements].filter((c) => c.name && c.matches(CHAMPS) && !JAMAIS.test(c.name));

// Un formulaire se reconnaît à son adresse, aux noms de ses champs, aux numéros cachés qu’il porte, et à son rang
// parmi ceux qui ont les mêmes. Seul avec cette adresse et ces champs, il est le même quels que soient ses numéros,
// qui peuvent changer d’une page à l’autre.
const sorte = (f) =>
  [new URL(f.getAttribute("action") || "", location.href).pathname, ...new Set(champs(f).map((c) => c.name))].join();
const numeros = (f) =>
  [...f.querySelectorAll("input[type=hidden]")].map((c) => c.value).filter((v) => /^\d{1,12}$/.test(v));
const nommes = () => {
  const formes = [...document.forms].filter((f) => f.method === "post" && !("sansBrouillon" in f.dataset)),
    sortes = formes.map(sorte),
    vus = {};
  return formes.map((f, i) => {
    const seul = sortes.filter((s) => s === sortes[i]).length === 1,
      nom = [sortes[i], ...(seul ? [] : numeros(f))].join("#");
    vus[nom] = (vus[nom] ?? -1) + 1;
    return [`${nom}#${vus[nom]}`, f];
  });
};
const coche = (c) => c.type === "checkbox" || c.type === "radio";
const choisis = (c, sens) => [...c.options].filter((o) => o[sens]).map((o) => o.value);
const depart = (c) => String(coche(c) ? c.defaultChecked : c.options ? choisis(c, "defaultSelected") : c.defaultValue);
const valeur = (c) => (coche(c) ? c.checked : c.options ? choisis(c, "selected") : c.value);
const change = (c) => String(valeur(c)) !== depart(c) && !(c.options && !depart(c) && c.selectedIndex === 0);
const vide = (c) => coche(c) && c.value;

const ecrire = () => {
  const tapes = nommes().flatMap(([nom, f]) =>
    champs(f)
      .filter(change)
      .map((c) => [nom, c.name, vide(c), depart(c), valeur(c)]),
  );
  if (tapes.length) sessionStorage.setItem(CLE, JSON.stringify({ a: Date.now(), tapes }));
  else sessionStorage.removeItem(CLE);
};

// La page qui suit un envoi dit s’il a réussi ; une page rouverte en arrière ne dit rien.
const conclure = () => {
  const envoi = JSON.parse(sessionStorage.getItem(ENVOI) ?? "null");
  sessionStorage.removeItem(ENVOI);
  const venue = performance.getEntriesByType("navigation")[0];
  if (!envoi || venue?.type !== "navigate") return false;
  const annonces = ".annonces:not(.seance-rang)";
  if (venue.responseStatus >= 400 || document.querySelector(`${annonces} .error, ${annonces} .warning`)) return true;
  const garde = JSON.parse(sessionStorage.getItem(envoi.cle) ?? "null");
  const tapes = garde?.tapes.filter(([nom]) => nom !== envoi.nom) ?? [];
  if (tapes.length) sessionStorage.setItem(envoi.cle, JSON.stringify({ ...garde, tapes }));
  else sessionStorage.removeItem(envoi.cle);
  return true;
};

const remettre = () => {
  const { a, tapes } = JSON.parse(sessionStorage.getItem(CLE) ?? '{"a":0,"tapes":[]}');
  if (Date.now() - a > DUREE) return sessionStorage.removeItem(CLE);
  const remis = [];
  for (const [nom, f] of nommes())
    for (const c of champs(f)) {
      const dit = tapes.find(([ou, name, v]) => ou === nom && name === c.name && v === vide(c));
      if (!dit || depart(c) !== dit[3]) continue; // la page a changé entre-temps : ce qu’elle dit l’emporte
      if (coche(c)) c.checked = dit[4];
      else if (c.options) for (const o of c.options) o.selected = dit[4].includes(o.value);
      else c.value = dit[4];
      for (let pli = c.closest("details"); pli; pli = pli.parentElement.closest("details")) pli.open = true;
      remis.push(c);
    }
  return remis;
};

const dire = (remis) => {
  const p = document.createElement("p"),
    bouton = document.createElement("button");
  p.className = "message";
  p.setAttribute("role", "status");
  p.textContent = "Ce que vous aviez tapé ici, sans l’envoyer, est remis. ";
  bouton.type = "button";
  bouton.className = "bouton texte";
  bouton.textContent = "L’effacer";
  bouton.addEventListener("click", () => {
    for (const f of new Set(remis.map((c) => c.form))) f.reset();
    sessionStorage.removeItem(CLE);
    p.remove();
  });
  p.append(bouton);
  remis[0].form.before(p);
};

const oublier = (sauf) => {
  for (const cle of Object.keys(sessionStorage))
    if (cle.startsWith("saisie") && (!sauf || (cle !== ENVOI && !cle.startsWith(sauf)))) sessionStorage.removeItem(cle);
};

try {
  oublier(DEBUT); // un autre compte, sur le même ordinateur
  const suite = conclure(),
    remis = remettre();
  if (remis?.length && !suite) dire(remis);
  let attente;
  document.addEventListener("input", () => {
    clearTimeout(attente);
    attente = setTimeout(ecrire, 400);
  });
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (defaultPrevented || target.method !== "post") return;
    clearTimeout(attente);
    ecrire();
    const nom = nommes().find(([, f]) => f === target)?.[0];
    if (target.getAttribute("action")?.includes("/deconnexion/")) return oublier("");
    if (nom) sessionStorage.setItem(ENVOI, JSON.stringify({ cle: CLE, nom }));
  });
} catch {
  // un navigateur qui ne garde rien : la page marche comme avant
}
