// La page des actes, gardée sur l’appareil sans rien de personne : le réseau d’abord, elle quand il manque.
// CONTENUS est écrit par la page qui sert ce fichier : la version, la page, ses fichiers.
const PREFIXE = "actes-",
  NOM = PREFIXE + CONTENUS.version,
  PATIENCE = 5_000; // millisecondes avant de servir la page gardée

const garderPage = async () => {
  const reponse = await fetch(`${CONTENUS.page}?garder=1`, { cache: "reload", redirect: "error" });
  if (!reponse.ok) throw new Error(`${CONTENUS.page} : ${reponse.status}`);
  await (await caches.open(NOM)).put(CONTENUS.page, reponse);
};
self.addEventListener("install", (e) =>
  e.waitUntil(
    (async () => {
      // tout, ou rien : la version d’avant sert tant que celle-ci n’est pas entière
      const cache = await caches.open(NOM);
      await Promise.all([garderPage(), ...CONTENUS.fichiers.map((adresse) => cache.add(adresse))]);
      await self.skipWaiting();
    })(),
  ),
);
self.addEventListener("activate", (e) =>
  e.waitUntil(
    (async () => {
      for (const nom of await caches.keys()) if (nom.startsWith(PREFIXE) && nom !== NOM) await caches.delete(nom);
      await self.clients.claim();
    })(),
  ),
);
const garde = async (quoi) => (await caches.open(NOM)).match(quoi, { ignoreVary: true, ignoreSearch: true });
const reseauDabord = async (demande) => {
  const la = await garde(CONTENUS.page);
  if (!la) return fetch(demande);
  try {
    const reponse = await Promise.race([
      fetch(demande),
      new Promise((_, non) => setTimeout(() => non(new Error("trop long")), PATIENCE)),
    ]);
    if (reponse.status < 500) return reponse;
  } catch {
    /* pas de réseau : la page gardée */
  }
  return la;
};
self.addEventListener("fetch", (e) => {
  const u = new URL(e.request.url);
  if (e.request.method !== "GET" || u.origin !== location.origin) return;
  if (u.pathname === CONTENUS.page && e.request.mode === "navigate") e.respondWith(reseauDabord(e.request));
  else if (u.pathname.startsWith(CONTENUS.statique))
    e.respondWith(garde(u.pathname).then((la) => la ?? fetch(e.request)));
});
self.addEventListener("message", (e) => e.waitUntil(garderPage().catch(() => {})));
