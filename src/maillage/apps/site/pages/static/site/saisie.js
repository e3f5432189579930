// Ce qui est tapé dans l’espace survit à l’envoi d’un autre formulaire, à un refus, à un retour en arrière.
// Gardé dans cet onglet, pour ce compte, une demi-journée ; retiré à l’envoi réussi et à la déconnexion.
// Ce que le serveur a refusé, et montré de nouveau, ne revient pas de lui-même : la page propose de le remettre.
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

// Ce qui est gardé d’un champ : son formulaire, son nom, sa case, ce que disait la page, ce qui est tapé, si c’est
// refusé.
const lire = (cle) => {
  const garde = JSON.parse(sessionStorage.getItem(cle) ?? "null");
  return garde && Date.now() - garde.a <= DUREE ? garde.tapes : [];
};
const garder = (cle, tapes) => {
  if (tapes.length) sessionStorage.setItem(cle, JSON.stringify({ a: Date.now(), tapes }));
  else sessionStorage.removeItem(cle);
};
const memeChamp = (un, autre) => [0, 1, 2].every((i) => un[i] === autre[i]);

const ecrire = () => {
  const tapes = nommes().flatMap(([nom, f]) =>
    champs(f)
      .filter(change)
      .map((c) => [nom, c.name, vide(c), depart(c), valeur(c)]),
  );
  garder(CLE, [...tapes, ...lire(CLE).filter((dit) => dit[5] && !tapes.some((tape) => memeChamp(tape, dit)))]);
};

// La page qui suit un envoi dit s’il a réussi ; une page rouverte en arrière ne dit rien. Réussi, tout ce qui en était
// gardé s’en va, refus d’avant compris, même à une autre adresse ; refusé, ce n’est plus remis sans qu’on le demande.
let refuses = []; // ce que cette page refuse : où c’est gardé, de quel formulaire
const conclure = () => {
  const envoi = JSON.parse(sessionStorage.getItem(ENVOI) ?? "null");
  sessionStorage.removeItem(ENVOI);
  const venue = performance.getEntriesByType("navigation")[0];
  if (!envoi?.gardes || venue?.type !== "navigate") return false;
  const annonce = (sorte) => document.querySelector(`.annonces:not(.seance-rang) .${sorte}`);
  const refuse = venue.responseStatus >= 400 || annonce("error") || (annonce("warning") && !annonce("success"));
  for (const [cle, nom] of envoi.gardes)
    garder(
      cle,
      lire(cle).flatMap((dit) => (dit[0] !== nom ? [dit] : refuse ? [[...dit.slice(0, 5), true]] : [])),
    );
  if (refuse) refuses = envoi.gardes;
  return true;
};

// Les champs de la page où remettre ce qui est gardé ; ce que la page dit de nouveau l’emporte.
const retrouver = (voulu) => {
  const tapes = lire(CLE).filter(voulu);
  return nommes().flatMap(([nom, f]) =>
    champs(f).flatMap((c) => {
      const dit = tapes.find((tape) => memeChamp(tape, [nom, c.name, vide(c)]));
      return dit && depart(c) === dit[3] ? [[c, dit[4]]] : [];
    }),
  );
};
const deplier = (c) => {
  for (let pli = c.closest("details"); pli; pli = pli.parentElement.closest("details")) pli.open = true;
};
const remettre = (trouves) => {
  for (const [c, dit] of trouves) {
    if (coche(c)) c.checked = dit;
    else if (c.options) for (const o of c.options) o.selected = dit.includes(o.value);
    else c.value = dit;
    deplier(c);
  }
};

const dire = (trouves, mots, gestes) => {
  if (!trouves.length) return;
  const p = document.createElement("p");
  p.className = "message";
  p.setAttribute("role", "status");
  p.append(mots);
  for (const [nom, geste] of Object.entries(gestes)) {
    const bouton = document.createElement("button");
    bouton.type = "button";
    bouton.className = "bouton texte";
    bouton.textContent = nom;
    bouton.addEventListener("click", () => {
      geste();
      p.remove();
    });
    p.append(" ", bouton);
  }
  trouves[0][0].form.before(p);
  deplier(p);
};

const oublier = (sauf) => {
  for (const cle of Object.keys(sessionStorage))
    if (cle.startsWith("saisie") && (!sauf || (cle !== ENVOI && !cle.startsWith(sauf)))) sessionStorage.removeItem(cle);
};

try {
  oublier(DEBUT); // un autre compte, sur le même ordinateur
  const suite = conclure(),
    ici = (dit) => !dit[5] || refuses.some(([cle, nom]) => cle === CLE && nom === dit[0]),
    remis = retrouver(ici),
    offerts = retrouver((dit) => !ici(dit));
  remettre(remis);
  if (!suite)
    dire(remis, "Ce que vous aviez tapé ici, sans l’envoyer, est remis.", {
      "L’effacer": () => {
        for (const f of new Set(remis.map(([c]) => c.form))) f.reset();
        sessionStorage.removeItem(CLE);
      },
    });
  dire(offerts, "Ce que vous aviez envoyé ici a été refusé : ce n’est pas enregistré.", {
    "Le remettre": () => {
      remettre(offerts);
      ecrire();
    },
    "L’oublier": () =>
      garder(
        CLE,
        lire(CLE).filter((dit) => !dit[5]),
      ),
  });
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
    const avant = refuses.filter(([cle, ou]) => ou === nom && cle !== CLE);
    if (nom) sessionStorage.setItem(ENVOI, JSON.stringify({ gardes: [...avant, [CLE, nom]] }));
  });
} catch {
  // un navigateur qui ne garde rien : la page marche comme avant
}
