// L’envoi : par paquets, un seul onglet à la fois, jusqu’à l’accusé. Ce qui n’est pas sûr reste, et se renvoie : le
// serveur garde chaque réponse une fois.
import { accuser, apprendre, CANAL, compter, liens, noterLien, regler, reponses } from "./memoire.js";

const PATIENCE = 30_000,
  PREMIERE = 2_000,
  DERNIERE = 300_000, // millisecondes : une demande, la première attente, la plus longue
  PAQUET = 90_000; // octets : nginx ne refuse à personne ce qui pèse moins de cent mille
const taille = new TextEncoder();
export const paquet = (r) => ({
  uid: r.uid,
  version: r.version,
  channel: r.moyen,
  place: r.lieu,
  language: r.langue,
  begun: r.commencee,
  ended: r.finie,
  values: r.valeurs,
});

class Plus extends Error {
  constructor(etat, dit, dans) {
    super(dit || String(etat));
    this.etat = etat;
    this.dit = dit;
    this.dans = dans;
  }
}
// Une page de connexion d’hôtel répond 200 : seul un JSON de notre forme est une réponse.
const demander = async (adresse, corps) => {
  const reponse = await fetch(adresse, {
    method: "POST",
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    signal: self.AbortSignal?.timeout?.(PATIENCE),
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(corps),
  });
  const dit = await reponse.json().catch(() => null);
  if (!dit || typeof dit !== "object") throw new Plus(0, "");
  await regler(Date.parse(reponse.headers.get("Date"))).catch(() => {});
  if (!reponse.ok)
    throw new Plus(reponse.status, String(dit.erreur ?? ""), 1000 * Number(reponse.headers.get("Retry-After") || 0));
  return dit;
};
export const demanderKit = async (jeton) => {
  try {
    const kit = await demander("/enquetes/appareil/", { jeton });
    if (!Array.isArray(kit.versions)) throw new Plus(0, "");
    await apprendre(jeton, kit, Date.now());
  } catch (raison) {
    if (raison.etat === 403) await noterLien(jeton, { refus: raison.dit });
    throw raison;
  }
};

const couper = (attente, combien, octets) => {
  const lot = [];
  let poids = 200;
  for (const r of attente) {
    const un = taille.encode(JSON.stringify(paquet(r))).length + 1;
    if (lot.length && (lot.length >= combien || poids + un > octets)) break;
    lot.push(r);
    poids += un;
  }
  return lot;
};
const vider = async ({ jeton, kit }, aussi) => {
  let combien = Math.min(kit?.par_envoi ?? 50, 50);
  for (;;) {
    const attente = (await reponses("attente")).filter((r) => r.jeton === jeton);
    if (!attente.length && !aussi) return;
    const lot = couper(attente, combien, Math.min(kit?.octets ?? PAQUET, PAQUET)),
      la = new Set(lot.map((r) => r.uid));
    try {
      const dit = await demander("/enquetes/envoi/", {
        jeton,
        reponses: lot.map(paquet),
        attente: attente.length - lot.length,
      });
      if (!Array.isArray(dit.recues) || !Array.isArray(dit.refusees)) throw new Plus(0, "");
      const recues = dit.recues.filter((uid) => la.has(uid)),
        refusees = dit.refusees.filter(({ uid }) => la.has(uid));
      await accuser(jeton, recues, refusees);
      await noterLien(jeton, { refus: "", kit: { fermee: dit.fermee === true } });
      if (kit && dit.version > kit.version) demanderKit(jeton).catch(() => {});
      annoncer();
      if (recues.length + refusees.length < lot.length) throw new Plus(0, "");
      aussi = false;
      if (!lot.length) return;
    } catch (raison) {
      const seule = lot.length === 1 && [400, 413].includes(raison.etat);
      if (raison.etat === 403) await noterLien(jeton, { refus: raison.dit });
      if (seule) await accuser(jeton, [], [{ uid: lot[0].uid, motif: raison.dit }]);
      else if ([400, 413].includes(raison.etat))
        combien = Math.max(1, Math.floor(lot.length / 2)); // un paquet mal pris se coupe en deux
      else throw raison;
    }
  }
};

let suite = 0,
  attendre = PREMIERE,
  enCours = null;
const suivre = [];
export const surChangement = (faire) => suivre.push(faire);
const ici = (quoi) => {
  for (const faire of suivre) faire(quoi);
};
const annoncer = (quoi = {}) => {
  ici(quoi);
  CANAL?.postMessage(1);
};
if (CANAL) CANAL.onmessage = () => ici({});

const tour = async (aussi) => {
  let souci = null;
  for (const lien of await liens()) {
    try {
      await vider(lien, aussi && Boolean(lien.kit));
    } catch (raison) {
      souci = raison;
    } // un lien fermé n’arrête pas les autres
  }
  return souci;
};
const seul = (faire) => (navigator.locks ? navigator.locks.request("maillage-enquetes-envoi", faire) : faire());
// aussi : dire au serveur qu’il ne reste rien, et lui demander si l’enquête dure, même sans réponse à envoyer.
export const envoyer = ({ aussi = false } = {}) =>
  (enCours ??= (async () => {
    clearTimeout(suite);
    ici({ travail: true });
    let souci;
    try {
      souci = await seul(() => tour(aussi));
    } catch (raison) {
      souci = raison;
    }
    enCours = null;
    const { attente } = await compter().catch(() => ({ attente: 0 }));
    attendre = souci ? Math.min(attendre * 2, DERNIERE) : PREMIERE;
    if (attente) suite = setTimeout(envoyer, Math.max(souci?.dans ?? 0, attendre * (0.75 + Math.random() / 2)));
    ici({ travail: false, souci });
    return souci;
  })());
export const bientot = () => {
  clearTimeout(suite);
  attendre = PREMIERE;
  suite = setTimeout(envoyer, 400);
};
addEventListener("online", bientot);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) bientot();
});

// Le dernier recours : un fichier, à porter ou à envoyer autrement. Il n’efface rien ici.
export const fichiers = async () => {
  const parEnquete = new Map(),
    connus = new Map((await liens()).map((l) => [l.jeton, l.kit]));
  for (const r of [...(await reponses("attente")), ...(await reponses("refusee"))]) {
    const enquete = connus.get(r.jeton)?.enquete ?? 0;
    parEnquete.set(enquete, [...(parEnquete.get(enquete) ?? []), paquet(r)]);
  }
  return [...parEnquete].map(([survey, lot]) => ({
    nom: `maillage-reponses-${survey}-${lot.length}.json`,
    texte: JSON.stringify({ maillage: "reponses", survey, reponses: lot }, null, 1),
  }));
};
