// Ce qui a été fait : sur cet appareil ; avec une carte, envoyé aussi, une fois et une seule. Jamais ce qui est écrit.
import { phrase } from "./phrases.js";

const LOCAL = "maillage-apprendre",
  CARTE = "maillage-carte",
  FAIT = "maillage-fait-";
const OUVERTE = 3 * 3600 * 1000,
  LOT = 200; // la carte se ferme seule sur un poste partagé ; des faits par envoi
const RANG = ["seen", "unmeasured", "passed", "stopped", "hinted", "done"];
const un = (quoi, dans = document) => dans.querySelector(quoi);

// ------------------------------------------------------------------------------------------- la mémoire de l’appareil
const prendre = (cle, sinon) => {
  try {
    return JSON.parse(localStorage.getItem(cle)) ?? sinon;
  } catch {
    return sinon;
  }
};
const garder = (cle, quoi) => {
  try {
    localStorage.setItem(cle, JSON.stringify(quoi));
    return true;
  } catch {
    return false;
  }
};
const oter = (cle) => {
  try {
    localStorage.removeItem(cle);
  } catch {
    /* rien n’était gardé */
  }
};
const cles = () => {
  try {
    return Object.keys(localStorage).filter((c) => c.startsWith(FAIT));
  } catch {
    return [];
  }
};
const carte = () => {
  const c = prendre(CARTE, null);
  if (!c) return null;
  if (Date.now() - c.vu > OUVERTE || c.vu > Date.now() + OUVERTE) {
    oublier(c);
    return null;
  }
  return c;
};
const chez = (c) => (c ? `${LOCAL}-${c.jeton.slice(-16)}` : LOCAL);
const oublier = (c) => {
  oter(chez(c));
  oter(CARTE);
}; // ce qui n’est pas encore parti reste, pour cette carte
export const lire = () => prendre(chez(carte()), {});

const numero = () => {
  const o = crypto.getRandomValues(new Uint8Array(16)); // hors d’une page sûre, randomUUID manque
  o[6] = (o[6] & 15) | 64;
  o[8] = (o[8] & 63) | 128;
  return [...o].map((x, n) => x.toString(16).padStart(2, "0") + ([3, 5, 7, 9].includes(n) ? "-" : "")).join("");
};
const retenir = (tout, module, version, etape, quoi) => {
  const suivi = tout[module]?.version === version ? tout[module] : { version, etapes: {} };
  const avant = suivi.etapes[etape];
  suivi.derniere = etape;
  if (quoi && RANG.indexOf(quoi.etat) >= RANG.indexOf(avant?.etat ?? "")) suivi.etapes[etape] = { ...avant, ...quoi };
  else if (!avant) suivi.etapes[etape] = { etat: "seen" };
  tout[module] = suivi;
};
export const noter = (module, version, etape, quoi) => {
  if (un("[data-regarde]")) return true; // qui écrit un module l’essaie : rien ne compte
  const c = carte(),
    tout = lire();
  retenir(tout, module, version, etape, quoi);
  const tient = garder(chez(c), tout);
  if (c) {
    const uid = numero(),
      ecran = innerWidth < 600 ? "small" : innerWidth < 1100 ? "medium" : "large";
    const fait = {
      uid,
      jeton: c.jeton,
      module,
      version,
      etape,
      etat: "seen",
      ecran,
      hors_ligne: !navigator.onLine,
      a: Date.now(),
      lecteur: page?.dataset.lecteur,
      ...quoi,
    };
    // la mémoire est pleine ou fermée : on envoie sans attendre
    if (!garder(FAIT + uid, fait)) envoyer([fait]).catch(() => dire());
    garder(CARTE, { ...c, vu: Date.now() });
    bientot();
  }
  return tient;
};

// ------------------------------------------------------------------------------ l’envoi : gardé ici jusqu’à l’accusé
const envoyer = async (faits, vite = false) => {
  const maintenant = Date.now();
  const dits = faits.map(({ jeton, a, ...f }) => ({ ...f, il_y_a: Math.max(0, Math.round((maintenant - a) / 1000)) }));
  const reponse = await fetch("/apprendre/synchroniser/", {
    method: "POST",
    keepalive: vite,
    credentials: "omit",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ carte: faits[0].jeton, faits: dits }),
  });
  if (reponse.status === 410) return { perdue: true };
  if (!reponse.ok) throw new Error(String(reponse.status));
  return reponse.json();
};
let enCours = null;
const vider = async (vite = false) => {
  const attente = cles()
    .map((c) => prendre(c, null))
    .filter(Boolean);
  const parCarte = attente.reduce((m, f) => m.set(f.jeton, [...(m.get(f.jeton) ?? []), f]), new Map());
  let mots;
  for (const [jeton, faits] of parCarte) {
    try {
      if (await partis(faits, vite)) continue;
    } catch {
      continue;
    } // une carte refusée pour l’heure n’arrête pas les autres
    for (const f of faits) oter(FAIT + f.uid);
    const c = carte();
    if (c?.jeton === jeton) {
      oublier(c);
      mots = "Cette carte n’existe plus, ou a été remplacée. Ce que vous faites reste sur cet appareil.";
    }
  }
  dire(mots);
};
const partis = async (faits, vite) => {
  for (let n = 0; n < faits.length; n += LOT) {
    const lot = faits.slice(n, n + LOT),
      recu = await envoyer(lot, vite && n === 0 && lot.length < 60);
    if (recu.perdue) return false;
    for (const uid of [...recu.recus, ...Object.keys(recu.refuses)]) oter(FAIT + uid);
  }
  return true;
};
// Ce qui est fait pendant un envoi part dans le suivant.
let suivant = null;
export const synchroniser = (vite) => {
  if (enCours)
    return (suivant ??= enCours.then(() => {
      suivant = null;
      return synchroniser(vite);
    }));
  enCours = vider(vite)
    .catch(() => dire())
    .finally(() => {
      enCours = null;
    });
  return enCours;
};
let retard = 0;
const bientot = () => {
  clearTimeout(retard);
  retard = setTimeout(synchroniser, 600);
};
const dire = (mots) => {
  const ou = un("[data-file-dit]"),
    reste = cles().length;
  if (ou)
    ou.textContent =
      mots ?? (reste ? `${reste} pas encore envoyé${reste > 1 ? "s" : ""} : cela partira avec la connexion.` : "");
};
addEventListener("online", () => synchroniser());
export const partir = () => {
  if (cles().length) vider(true).catch(() => {});
};
addEventListener("pagehide", partir);
addEventListener("storage", (e) => {
  if (e.newValue && e.key?.startsWith(FAIT)) bientot();
}); // la page quittée a fini d’écrire après l’arrivée de celle-ci

// ------------------------------------------------------------------------------------------- la carte sur cet appareil
const recue = un("script#carte");
if (recue) {
  const { jeton, image, nom, faits } = JSON.parse(recue.textContent),
    c = { jeton, image, nom, vu: Date.now() };
  const tout = faits;
  for (const cle of cles()) {
    // ce qui n’est pas encore parti compte déjà ici
    const f = prendre(cle, null);
    if (f?.jeton === jeton) retenir(tout, f.module, f.version, f.etape, f);
  }
  const avant = carte();
  if (avant && avant.jeton !== jeton) oublier(avant);
  garder(CARTE, c);
  garder(chez(c), tout);
  const ici = prendre(LOCAL, {}),
    bloc = un("[data-ici-aussi]");
  bloc.hidden = !Object.keys(ici).length;
  un("[data-reprendre-ici]").addEventListener("click", async () => {
    for (const [module, m] of Object.entries(ici))
      for (const [etape, e] of Object.entries(m.etapes)) noter(module, m.version, Number(etape), e);
    oter(LOCAL);
    await synchroniser();
    location.reload();
  });
  un("[data-effacer-carte]").addEventListener("submit", () => {
    for (const cle of cles()) if (prendre(cle, {}).jeton === jeton) oter(cle);
    oter(chez(c));
  });
}
for (const fermer of document.querySelectorAll("[data-fermer-carte]"))
  fermer.addEventListener("submit", async (e) => {
    const c = carte();
    if (!c) return;
    e.preventDefault();
    await Promise.race([synchroniser(), new Promise((f) => setTimeout(f, 3000))]);
    oublier(c);
    fermer.submit();
  });
const ouverte = carte(),
  bandeau = un("[data-carte-ouverte]");
if (ouverte && bandeau) {
  bandeau.hidden = false;
  un("[data-carte-nom]").textContent = ouverte.nom;
  un("[data-carte-fermee]").hidden = true;
}

// --------------------------------------------------------------------------------- les cartons des modules, en mots
const fait = lire();
for (const carton of document.querySelectorAll("[data-module][href]")) {
  const m = fait[carton.dataset.module],
    dit = un("[data-ou-jen-suis]", carton);
  if (!m || !dit) continue;
  const fini = carton.dataset.etapes in m.etapes || m.derniere >= Number(carton.dataset.etapes);
  const etape = { n: m.derniere, total: Number(carton.dataset.etapes) };
  dit.textContent = ` · ${fini ? phrase("fait") : phrase("étape {n} sur {total}", etape)}`;
  dit.hidden = false;
  carton.classList.toggle("fait", fini);
}
const reprendre = un("[data-reprendre-module]");
if (reprendre) {
  const m = fait[reprendre.dataset.reprendreModule];
  if (m && m.derniere > 1 && m.derniere < Number(reprendre.dataset.etapes)) {
    reprendre.href = reprendre.href.replace(/\/1\/(?=\?|$)/, `/${m.derniere}/`);
    un("span", reprendre).textContent = phrase("Reprendre à l’étape {n}", { n: m.derniere });
  } else if (m) un("span", reprendre).textContent = phrase("Recommencer");
  // une étape passée n’est pas une étape faite
  const auBout = un("[data-passees]"),
    passees = Object.keys(m?.etapes ?? {}).filter((n) => m.etapes[n].etat === "passed");
  if (auBout && passees.length) {
    auBout.textContent = phrase("Étapes passées, à faire quand vous voulez : {n}.", { n: passees.length });
    auBout.hidden = false;
    for (const n of passees) un(`.pierres span:nth-child(${n})`)?.classList.add("apres");
  }
}
const effacer = un("[data-tout-effacer]");
if (effacer && Object.keys(prendre(LOCAL, {})).length) {
  effacer.hidden = false;
  effacer.addEventListener("click", () => {
    oter(LOCAL);
    location.reload();
  });
}
for (const bouton of document.querySelectorAll("[data-imprimer]")) {
  bouton.hidden = false;
  bouton.addEventListener("click", () => print());
}

// Une étape ouverte est une étape où l’on en est.
const page = un(".etape[data-module]");
if (page && !noter(page.dataset.module, Number(page.dataset.version), Number(page.dataset.etape), null)) {
  const mot = document.createElement("p");
  mot.className = "petit";
  mot.textContent = phrase("Cet appareil ne garde rien : notez votre étape, la {n}.", {
    n: Number(page.dataset.etape),
  });
  un(".avance", page).after(mot);
}
if (cles().length) synchroniser();

// ------------------------------------------------------------------------------------------------------ sans connexion
const tiens = async () => {
  const la = await navigator.serviceWorker.register("/apprendre/hors-ligne.js", { scope: "/apprendre/" });
  await navigator.serviceWorker.ready;
  const actif = la.active;
  // Une couverture lue suffit : un module pèse moins qu’une photo (une cinquantaine de kilo-octets à recevoir).
  const module = page?.dataset.module ?? reprendre?.dataset.reprendreModule;
  if (module && !(reprendre && navigator.connection?.saveData)) actif.postMessage({ module });
  const coin = un("[data-garder]");
  if (!coin) return;
  const dit = un("[data-garder-dit]"),
    barre = un("[data-garder-barre]"),
    bouton = un("[data-garder-tout]");
  coin.hidden = false;
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (!data.total) return;
    barre.hidden = false;
    barre.value = data.faites / data.total;
    dit.textContent = data.fini
      ? data.ratees
        ? phrase("{n} pages sur {total} sont gardées. Réessayez pour les autres.", {
            n: data.total - data.ratees,
            total: data.total,
          })
        : phrase("C’est fait : {n} pages sont gardées sur cet appareil.", { n: data.total })
      : phrase("{n} pages sur {total}…", { n: data.faites, total: data.total });
    bouton.disabled = !data.fini;
  });
  bouton.addEventListener("click", () => {
    bouton.disabled = true;
    actif.postMessage({ tout: true });
  });
};
if ("serviceWorker" in navigator) tiens().catch(() => {});
