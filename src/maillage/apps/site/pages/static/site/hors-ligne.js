// L’accueil et la dernière recherche, gardés sur l’appareil : le réseau d’abord, ce qui est gardé s’il se tait, sinon
// la page qui dit quoi faire. Apprendre, les actes et la collecte ont le leur, plus bas.
// CONTENUS est écrit par la page qui sert ce fichier : version, fichiers, langue, page absente, bandeau.
const PREFIXE = "site-",
  NOM = PREFIXE + CONTENUS.version,
  RECHERCHE = "recherche";
const ACCUEIL = "/",
  CARTE = "/carte/";
const PATIENCE = 4_000, // millisecondes avant de préférer ce qui est gardé
  GARDE = 7 * 24 * 3600 * 1000; // une recherche plus vieille ne guide plus personne
const SANS = { ignoreVary: true };
const FICHIERS = new RegExp(`${CONTENUS.statique}[^"'?#\\s<>]+`, "g");

// Une page n’est gardée qu’avec tous les fichiers qu’elle nomme, dont le nom dit le contenu : rien ne se mélange.
const retenir = async (cache, adresse, reponse) => {
  const fichiers = [...new Set((await reponse.clone().text()).match(FICHIERS) || [])];
  for (const fichier of fichiers) if (!(await cache.match(fichier, SANS))) await cache.add(fichier);
  await cache.put(adresse, reponse);
  return [...fichiers, adresse];
};
const retenirRecherche = async (adresse, reponse) => {
  const cache = await caches.open(RECHERCHE),
    neufs = (await retenir(cache, adresse, reponse)).map((a) => new URL(a, location.origin).href);
  for (const requete of await cache.keys()) if (!neufs.includes(requete.url)) await cache.delete(requete);
};
self.addEventListener("install", (e) =>
  e.waitUntil(
    (async () => {
      // tout, ou rien : la version d’avant sert tant que celle-ci n’est pas entière ; sans témoin, rien de personne
      const cache = await caches.open(NOM);
      const demande = { credentials: "omit", cache: "no-cache", headers: { "Accept-Language": CONTENUS.langue } };
      const accueil = await fetch(ACCUEIL, demande);
      if (!accueil.ok) throw new Error(String(accueil.status));
      await Promise.all(CONTENUS.fichiers.map((adresse) => cache.add(adresse)));
      await retenir(cache, ACCUEIL, accueil);
      await self.skipWaiting();
    })(),
  ),
);
self.addEventListener("activate", (e) =>
  e.waitUntil(
    (async () => {
      for (const nom of await caches.keys()) if (nom.startsWith(PREFIXE) && nom !== NOM) await caches.delete(nom);
      await self.clients.claim();
      await retenirArrivee().catch(() => {});
    })(),
  ),
);
const html = (corps, status) =>
  new Response(corps, { status, headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" } });
const absente = () => html(CONTENUS.absente, 503);
const estRecherche = (u) => u.pathname === CARTE && /[?&](ou|besoin|territoire|mot)=[^&]/.test(u.search);
// Une recherche ouverte d’emblée, par un lien ou une affiche, est là avant nous : rien d’autre n’est encore gardé.
const retenirArrivee = async () => {
  if ((await (await caches.open(RECHERCHE)).keys()).length) return;
  for (const { url } of (await self.clients.matchAll?.({ type: "window" })) ?? []) {
    const u = new URL(url);
    if (estRecherche(u)) await retenirSi(u, await fetch(u.pathname + u.search));
  }
};
const gardee = async (u) => {
  if (u.pathname === ACCUEIL) return (await caches.open(NOM)).match(ACCUEIL, SANS);
  const cache = await caches.open(RECHERCHE);
  for (const requete of await cache.keys()) {
    const la = new URL(requete.url).pathname === CARTE && (await cache.match(requete, SANS));
    if (la && Date.now() - new Date(la.headers.get("Date")) > GARDE) await caches.delete(RECHERCHE);
    else if (la && requete.url === u.href) return la;
  }
  return undefined;
};
const dite = async (la) => {
  const jour = new Date(la.headers.get("Date")).toLocaleString(`${CONTENUS.langue}-u-nu-latn`, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  });
  const bandeau = CONTENUS.bandeau.replace("%jour%", jour);
  return html(
    (await la.text()).replace(/<main[^>]*>/, (debut) => debut + bandeau),
    200,
  );
};
const ouvrir = async (e, u) => {
  const attendue = fetch(e.request),
    la = await gardee(u);
  try {
    if (!la) return garderSi(e, u, await attendue);
    attendue.catch(() => {});
    const tard = new Promise((_, non) => setTimeout(() => non(new Error("lent")), PATIENCE));
    return garderSi(e, u, await Promise.race([attendue, tard]));
  } catch {
    return la ? dite(la) : absente();
  }
};
// Une page faite pour quelqu’un dit de ne pas la garder (PrivatePages).
const retenirSi = async (u, reponse) => {
  const seule = /no-store/.test(reponse.headers.get("Cache-Control"));
  if (estRecherche(u) && reponse.status === 200 && !seule) await retenirRecherche(u.pathname + u.search, reponse);
};
const garderSi = (e, u, reponse) => {
  e.waitUntil(retenirSi(u, reponse.clone()).catch(() => {}));
  return reponse;
};
self.addEventListener("fetch", (e) => {
  const u = new URL(e.request.url);
  if (e.request.method !== "GET" || u.origin !== location.origin) return;
  if (u.pathname.startsWith(CONTENUS.statique))
    e.respondWith(caches.match(e.request, SANS).then((la) => la ?? fetch(e.request)));
  else if (e.request.mode === "navigate") e.respondWith(ouvrir(e, u));
});
