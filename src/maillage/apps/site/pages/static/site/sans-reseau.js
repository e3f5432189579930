// La page qui tient lieu des autres sans réseau : ce que l’appareil garde, et les téléphones de la dernière recherche.
const un = (quoi, ou = document) => ou.querySelector(quoi);
const RECHERCHE = "recherche",
  MODULES = "apprendre"; // les caches de hors-ligne.js, ici et dans Apprendre
const MODULE = /^\/apprendre\/[a-z0-9-]+\/$/;

const lue = async (cache, requete) =>
  new DOMParser().parseFromString(await (await cache.match(requete, { ignoreVary: true })).text(), "text/html");
const lien = (href, mots, dans) => {
  const a = dans ?? document.createElement("a");
  a.href = href;
  a.textContent = mots.replace(/\s+/g, " ").trim();
  a.dir = "auto";
  return a;
};
const ligne = (...quoi) => {
  const li = document.createElement("li");
  li.append(...quoi);
  return li;
};
const ouverte = async (nom) => ((await caches.has(nom)) ? caches.open(nom) : null);

const derniere = async () => {
  const cache = await ouverte(RECHERCHE),
    requete = cache && (await cache.keys()).find((r) => new URL(r.url).pathname === "/carte/");
  if (!requete) return;
  const page = await lue(cache, requete),
    bloc = un("[data-derniere]");
  const demandee = un(".modifier", page)?.previousElementSibling ?? un("title", page);
  lien(requete.url, demandee.textContent, un("[data-derniere-lien]", bloc));
  for (const rang of page.querySelectorAll(".rang")) {
    const tel = un("a[href^='tel:']", rang),
      nom = un("h3 a", rang);
    if (!tel || !nom) continue;
    const dit = document.createElement("span"),
      fort = document.createElement("strong");
    fort.dir = "auto";
    fort.textContent = nom.textContent.trim();
    dit.append(fort);
    un("[data-derniere-lieux]", bloc).append(ligne(dit, lien(tel.getAttribute("href"), tel.textContent)));
  }
  bloc.hidden = false;
  un("[data-derniere-oter]", bloc).addEventListener("click", async () => {
    await caches.delete(RECHERCHE);
    bloc.hidden = true;
  });
};
const modules = async () => {
  const cache = await ouverte(MODULES),
    bloc = un("[data-modules]");
  if (!cache) return;
  for (const requete of await cache.keys()) {
    const { pathname, search } = new URL(requete.url);
    if (search || !MODULE.test(pathname)) continue;
    un("ul", bloc).append(ligne(lien(pathname, (await lue(cache, requete)).querySelector("h1").textContent)));
    bloc.hidden = false;
  }
};
un("[data-ma-carte]").hidden = !location.pathname.startsWith("/ma-carte/");
derniere().catch(() => {});
modules().catch(() => {});
// Un téléphone se dit parfois connecté avant de l’être.
addEventListener("online", () =>
  fetch(location.href, { method: "HEAD" }).then(
    () => location.reload(),
    () => {},
  ),
);
