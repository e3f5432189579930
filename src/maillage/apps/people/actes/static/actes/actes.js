// Noter des actes : ce qui va être noté est relu, la démarche est comparée au mandat, et sans réseau l’acte reste ici
// jusqu’à l’accusé du serveur. Sans ce fichier, la page marche aussi.
import { accuser, garder, numero, oter, tous } from "./memoire.js";

const racine = document.querySelector("[data-actes]"),
  lettres = document.querySelector("[data-lettres]"),
  ANNONCES = ".annonces:not(.seance-rang)", // celles qui disent ce qui vient d’être fait
  PATIENCE = 15_000, // millisecondes
  PAR_ENVOI = 50;
const compte = Number(racine.dataset.compte),
  $ = (quoi) => racine.querySelector(quoi),
  s = (n) => (n > 1 ? "s" : "");

// -------------------------------------------------------------------------------------------------- ce qui sera noté
const RELU = { done: "fait", partly: "fait en partie", not_done: "pas fait", waiting: "en attente" };
const forme = () => $("[data-forme]");
const choix = (nom) => forme().querySelector(`[name="${nom}"]:checked`);
const dit = (nom) => choix(nom)?.closest("label").textContent.trim() ?? "";
const bas = (mot) => (/^[A-ZÀ-ÖØ-Þ]{2}/.test(mot) ? mot : mot.charAt(0).toLowerCase() + mot.slice(1));
const valeur = (nom) => {
  const v = choix(nom)?.value ?? "";
  return v === "autre" ? forme().elements[`${nom}_autre`].value.trim() : v;
};
// Les démarches et les thèmes choisis, chacun avec sa clé et son nom.
const demarches = () => {
  const cochees = [...forme().querySelectorAll('[name="demarche"]:checked')],
    suite = forme().elements.demarche_autre.selectedOptions[0],
    choisies = cochees
      .filter((c) => c.value !== "autre")
      .map((c) => ({ cle: c.value, nom: c.closest("label").textContent.trim() }));
  if (cochees.some((c) => c.value === "autre") && suite?.value)
    choisies.push({ cle: suite.value, nom: suite.textContent.trim() });
  return choisies;
};
const relire = () => {
  const minutes = valeur("minutes"),
    fin = RELU[choix("fin")?.value];
  const quoi = demarches()
    .map((d) => d.nom)
    .join(" + ");
  const mots = [dit("nature"), bas(quoi), minutes && `${minutes} min`, bas(dit("ou")), fin].filter(Boolean);
  $("[data-relu]").textContent = mots.length > 1 ? mots.join(", ") : "Quatre choix, puis un bouton.";
  return mots.join(", ");
};

let demande = 0;
const cadrer = async () => {
  const ici = ++demande,
    ou = $("[data-cadre-dit]"),
    personne = $("[data-personne]").value,
    quoi = demarches();
  ou.hidden = true;
  if (choix("nature")?.value !== "place" || !personne || !quoi.length) return;
  const adresse = new URL(racine.dataset.cadre, location.href);
  const demande_de = new URLSearchParams({ personne, structure: forme().elements.structure.value });
  for (const { cle } of quoi) demande_de.append("demarche", cle);
  adresse.search = demande_de;
  try {
    const la = await (await fetch(adresse, { redirect: "error" })).json();
    if (ici !== demande) return;
    ou.textContent = la.mots;
    ou.classList.toggle("hors-cadre", !la.permis);
    ou.hidden = false;
  } catch {
    /* hors réseau : le serveur dira */
  }
};

// ----------------------------------------------------------------------------------------- ce que garde cet appareil
const montrer = async (mots = "") => {
  const la = await tous(),
    miens = la.filter((a) => a.compte === compte),
    autres = la.length - miens.length,
    attente = miens.filter((a) => a.etat === "attente").length,
    refuses = miens.length - attente;
  const phrases = [
    mots,
    attente && `${attente} acte${s(attente)} gardé${s(attente)} sur cet appareil, pas encore envoyé${s(attente)}.`,
    refuses && `${refuses} acte${s(refuses)} à revoir : la raison est à côté de chacun.`,
    autres && `${autres} acte${s(autres)} d’un autre compte attend${autres > 1 ? "ent" : ""} sur cet appareil.`,
  ].filter(Boolean);
  const file = $("[data-file]");
  file.textContent = phrases.join(" ");
  file.hidden = !phrases.length;
  $("[data-gardes]").hidden = !miens.length;
  $("[data-gardes-liste]").replaceChildren(...miens.map(ligne));
};
const creer = (nom, texte, classe) => {
  const e = document.createElement(nom);
  e.textContent = texte;
  if (classe) e.className = classe;
  return e;
};
const ligne = (acte) => {
  const li = creer("li", "", "acte"),
    milieu = document.createElement("div");
  milieu.append(creer("p", acte.pour || "Sans nom", "acte-qui"), creer("p", acte.lu, "acte-quoi"));
  li.append(creer("p", `${acte.minutes} min`, "acte-temps"), milieu);
  if (acte.etat === "refusee") {
    milieu.append(creer("p", acte.motif, "acte-attend"));
    const gestes = creer("div", "", "acte-gestes");
    if (acte.nature === "place") {
      const avec = creer("button", "Noter « ensemble »", "bouton texte");
      avec.addEventListener("click", async () => {
        await garder({ ...acte, nature: "together", lu: acte.lu.replace(/^À sa place/, "Ensemble") });
        envoyer();
      });
      const urgent = creer("button", "C’était urgent", "bouton texte");
      urgent.addEventListener("click", async () => {
        await garder({ ...acte, urgence: true });
        envoyer();
      });
      gestes.append(avec, urgent);
    }
    const effacer = creer("button", "Effacer", "bouton texte");
    effacer.addEventListener("click", async () => {
      await oter(acte.uid);
      montrer();
    });
    gestes.append(effacer);
    li.append(gestes);
  }
  return li;
};

const session = (ouverte) => {
  $("[data-session]").hidden = ouverte;
  if (!ouverte) $("[data-reseau]").hidden = true;
};

// Un seul onglet envoie à la fois ; ce qui n’est pas sûr reste et se renvoie, le serveur garde chaque acte une fois.
const demander = async (adresse, options = {}) => {
  const reponse = await fetch(adresse, {
    redirect: "manual",
    signal: self.AbortSignal?.timeout?.(PATIENCE),
    ...options,
  });
  session(reponse.type !== "opaqueredirect"); // sans session, l’adresse mène à la connexion
  const dit = await reponse.json();
  if (!reponse.ok) throw new Error(dit.erreur ?? String(reponse.status));
  return dit;
};
let prochain = 0,
  attendre = 2_000;
const seul = (faire) => (navigator.locks ? navigator.locks.request("maillage-actes-envoi", faire) : faire());
const tour = async () => {
  let partis = 0,
    hors = 0;
  for (;;) {
    const lot = (await tous()).filter((a) => a.compte === compte && a.etat === "attente").slice(0, PAR_ENVOI);
    if (!lot.length) return { partis, hors };
    const { compte: la, jeton } = await demander(racine.dataset.etat);
    if (la !== compte) return { partis, hors };
    const dit = await demander(racine.dataset.envoi, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": jeton },
      body: JSON.stringify({ actes: lot }),
    });
    if (!Array.isArray(dit.recues) || !Array.isArray(dit.refusees)) throw new Error("réponse inconnue");
    const ici = new Set(lot.map((a) => a.uid)),
      recues = dit.recues.filter((uid) => ici.has(uid)),
      refusees = dit.refusees.filter(({ uid }) => ici.has(uid));
    await accuser(recues, refusees);
    partis += recues.length;
    hors += dit.a_regulariser.length;
    if (recues.length + refusees.length < lot.length) throw new Error("réponse incomplète");
  }
};
const envoyer = async () => {
  clearTimeout(prochain);
  try {
    const { partis, hors } = await seul(tour);
    attendre = 2_000;
    if (partis) $("[data-reseau]").hidden = true;
    const mots =
      partis &&
      `${partis} acte${s(partis)} envoyé${s(partis)}.${
        hors ? ` ${hors} hors du mandat : gardé${s(hors)}, à signer dans les 48 heures.` : ""
      }`;
    await montrer(mots || "");
    if (partis && !racine.hasAttribute("data-garde")) await journee(await fetch(racine.dataset.page));
  } catch {
    attendre = Math.min(2 * attendre, 300_000);
    await montrer();
    if ((await tous()).some((a) => a.compte === compte && a.etat === "attente"))
      prochain = setTimeout(envoyer, attendre * (0.75 + Math.random() / 2));
  }
};

// ------------------------------------------------------------------------------------------------------ noter un acte
const acteDe = () => {
  const f = forme().elements,
    [premiere, ...aussi] = demarches().map((d) => d.cle);
  return {
    uid: f.uid.value,
    compte,
    pour: f.carte.value.trim() || (f.personne.value ? $("[data-pour]").textContent.trim() : ""),
    lu: relire(),
    structure: f.structure?.value ?? "",
    personne: f.carte.value.trim() ? "" : f.personne.value,
    carte: f.carte.value.trim(),
    nature: choix("nature")?.value,
    demarche: premiere ?? "",
    aussi,
    organisme: f.organisme.value.trim(),
    minutes: Number(valeur("minutes")),
    ou: choix("ou")?.value,
    fin: choix("fin")?.value,
    quand: (f.quand.value ? new Date(f.quand.value) : new Date()).toISOString(),
    precision: f.precision.value.trim(),
    urgence: f.urgence.checked,
  };
};
const manque = (acte) =>
  (!acte.nature && "ce que vous avez fait") ||
  (!acte.demarche && "la démarche ou le thème") ||
  (!(acte.minutes >= 1 && acte.minutes <= 720) && "les minutes, de 1 à 720") ||
  (!acte.ou && "où c’était") ||
  (!acte.fin && "ce que cela a donné") ||
  "";
const neuve = (comme) => {
  forme().elements.uid.value = numero();
  if (!comme) relire();
};
// La page d’actes que rend le serveur à ce compte ; rien quand c’en est une autre : un refus de l’accès, une panne.
const pageDe = async (reponse) => {
  const page = new DOMParser().parseFromString(await reponse.text(), "text/html");
  return Number(page.querySelector("[data-actes]")?.dataset.compte) === compte ? page : null;
};
// Elle prend la place de celle-ci, sans la recharger : une série va vite.
const fraiche = async (page) => {
  const annonces = page.querySelector(ANNONCES);
  document.querySelector(ANNONCES)?.remove();
  if (annonces) document.querySelector("main").before(document.adoptNode(annonces));
  racine.querySelector(".actes-deux").replaceWith(document.adoptNode(page.querySelector("[data-actes] .actes-deux")));
  brancher();
  await montrer();
};
// Ce qui part tout seul ne refait que la journée : l’acte que l’on est en train de dire reste tel quel.
const journee = async (reponse) => {
  const page = new DOMParser().parseFromString(await reponse.text(), "text/html");
  const la = page.querySelector("[data-journee]");
  if (la) $("[data-journee]")?.replaceWith(document.adoptNode(la));
};
// Le temps que le serveur réponde, l’acte ne se retouche pas : sa réponse remplace le formulaire.
const occuper = () => {
  const f = forme(),
    ou = document.activeElement;
  f.inert = true;
  return () => {
    f.inert = false;
    if (document.activeElement === document.body && ou?.isConnected) ou.focus({ preventScroll: true });
  };
};
const noter = async (e) => {
  e.preventDefault();
  const voie = e.submitter?.value ?? "";
  if (voie === "avec") forme().querySelector('[name="nature"][value="together"]').checked = true;
  if (voie === "urgent") forme().elements.urgence.checked = true;
  const corps = new FormData(forme()),
    acte = acteDe(),
    trou = manque(acte);
  if (trou) return dire(`Il manque ${trou}.`);
  const liberer = occuper();
  try {
    await garder(acte); // d’abord ici : ni coupure ni panne ne le perd
  } catch {
    return forme().submit(); // rien ne se garde sur cet appareil : le formulaire part tel quel
  }
  try {
    const reponse = await fetch(racine.dataset.page, {
      method: "POST",
      body: corps,
      signal: self.AbortSignal?.timeout?.(PATIENCE),
    });
    const page = await pageDe(reponse);
    if (!page) throw new Error(); // l’acte reste ici : le serveur ne l’a ni pris ni refusé
    await oter(acte.uid);
    dernier = null;
    await fraiche(page);
    (racine.querySelector(".refus") ?? document.querySelector(ANNONCES))?.scrollIntoView({ block: "center" });
    if (reponse.ok) $("#f-nature input").focus({ preventScroll: true });
    else racine.querySelector(".refus")?.focus({ preventScroll: true });
    envoyer();
  } catch {
    liberer();
    horsReseau(acte);
  }
};
// Sans réseau, le serveur ne rend pas « comme le dernier » : c’est celui qui vient d’être gardé ici, sans personne.
let dernier = null;
const comme = (acte) => {
  const dites = ["nature", "demarche", "minutes", "ou", "fin"].map((nom) => [nom, String(acte[nom])]);
  for (const [nom, dite] of [...dites, ...(acte.aussi ?? []).map((cle) => ["demarche", cle])]) {
    const tous = [...forme().querySelectorAll(`[name="${nom}"]`)],
      celle = tous.find((r) => r.value === dite) ?? tous.find((r) => r.value === "autre");
    if (!celle) continue;
    celle.checked = true;
    if (celle.value === "autre") forme().elements[`${nom}_autre`].value = dite;
  }
  forme().elements.organisme.value = acte.organisme;
  choix("nature")?.focus();
  relire();
};
const horsReseau = async (acte) => {
  dernier = acte;
  if (acte.nature === "place" && !acte.personne && !acte.carte && !acte.urgence)
    await accuser([], [{ uid: acte.uid, motif: "À sa place demande un mandat, et personne n’est nommé." }]);
  const f = forme();
  f.reset();
  for (const nom of ["quand", "organisme", "precision"]) f.elements[nom].value = ""; // rendus par un refus
  for (const r of f.querySelectorAll('[name="nature"], [name="demarche"], [name="minutes"], [name="fin"]'))
    r.checked = false;
  f.elements.carte.value = acte.carte; // la même personne, pour l’acte suivant
  neuve();
  $("[data-reseau]").hidden = false;
  await montrer("Gardé sur cet appareil : il partira dès que possible.");
  $("[data-file]").scrollIntoView({ block: "center" });
  clearTimeout(prochain);
  prochain = setTimeout(envoyer, attendre);
};
const dire = (mots) => {
  $("[data-relu]").textContent = mots;
  $("[data-relu]").scrollIntoView({ block: "nearest" });
};

// ------------------------------------------------------------------------------------------------- tout au clavier
const TOUCHES = {
  p: ["nature", "place"],
  a: ["nature", "together"],
  m: ["nature", "shown"],
  i: ["ou", "here"],
  d: ["ou", "home"],
  l: ["ou", "distance"],
  f: ["fin", "done"],
  e: ["fin", "waiting"],
  n: ["fin", "not_done"],
};
addEventListener("keydown", (e) => {
  const texte = e.target.closest?.("input:not([type=radio]):not([type=checkbox]), select, textarea");
  if (!lettres?.checked || texte || e.ctrlKey || e.metaKey || e.altKey || !forme() || forme().inert) return;
  const voie = racine.querySelector(`[data-touche="${e.key}"]`);
  const [nom, v] = TOUCHES[e.key.toLowerCase()] ?? [];
  if (voie) voie.click();
  else if (e.key === "=" && dernier) comme(dernier);
  else if (e.key === "=") racine.querySelector('[data-jour] a[href*="comme="]')?.click();
  else if (nom) {
    const r = forme().querySelector(`[name="${nom}"][value="${v}"]`);
    r.checked = true;
    r.focus();
    r.dispatchEvent(new Event("change", { bubbles: true }));
  } else return;
  e.preventDefault();
});
if (lettres) {
  lettres.checked = localStorage.getItem("actes-lettres") !== "non";
  lettres.addEventListener("change", () => localStorage.setItem("actes-lettres", lettres.checked ? "oui" : "non"));
}

const brancher = () => {
  forme().addEventListener("submit", noter);
  forme().addEventListener("change", () => {
    relire();
    cadrer();
  });
  forme().addEventListener("input", relire);
  $("[data-envoyer]")?.addEventListener("click", envoyer);
  neuve();
  cadrer();
};
const reseau = () => {
  $("[data-reseau]").hidden = navigator.onLine && !racine.hasAttribute("data-garde");
};
addEventListener("online", () => {
  reseau();
  envoyer();
});
addEventListener("offline", reseau);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) envoyer();
});
if (forme()) {
  brancher();
  reseau();
  montrer().then(envoyer, () => {});
  navigator.storage?.persist?.();
  navigator.serviceWorker
    ?.register(racine.dataset.horsLigne)
    .then(() => navigator.serviceWorker.ready)
    .then((sur) => racine.hasAttribute("data-garde") || sur.active.postMessage("garder"))
    .catch(() => {});
}
