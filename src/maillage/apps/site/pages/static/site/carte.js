// La carte qui se déplace, sur un fond vectoriel qui nomme les lieux. Sans elle, le dessin et le tableau disent la même
// chose. Seul module qui connaît Leaflet (L) : il se remplace ici.
const cadre = document.getElementById("carte");

const motifs = (svg) => {
  const ns = "http://www.w3.org/2000/svg";
  const defs = svg.insertBefore(document.createElementNS(ns, "defs"), svg.firstChild);
  const motif = (id, taille, contenu) => {
    const p = defs.appendChild(document.createElementNS(ns, "pattern"));
    for (const [k, v] of Object.entries({
      id,
      width: taille,
      height: taille,
      patternUnits: "userSpaceOnUse",
    }))
      p.setAttribute(k, v);
    for (const [nom, attributs] of contenu) {
      const e = p.appendChild(document.createElementNS(ns, nom));
      for (const [k, v] of Object.entries(attributs)) e.setAttribute(k, v);
    }
  };
  motif("v-lignes", 6, [["path", { class: "motif-ligne", d: "M0 3H6" }]]);
  motif("v-points", 8, [
    ["circle", { class: "motif-point", cx: 2, cy: 2, r: 1.2 }],
    ["circle", { class: "motif-point", cx: 6, cy: 6, r: 1.2 }],
  ]);
  const hachures = ["motif-doute", "motif-doute-trait"].map((nom) => [
    "path",
    { class: nom, d: "M-13 13L13 -13M0 13L13 0M0 26L26 0" },
  ]);
  motif("v-doute", 13, hachures);
};

// Leaflet lit le HTML des textes qu’on lui donne : un nom de zone n’en est jamais.
const texte = (mots) => {
  const e = document.createElement("span");
  e.textContent = mots;
  return e;
};

const demarrer = async () => {
  const reponse = await fetch(cadre.dataset.source);
  if (!reponse.ok || !window.L) return;
  const donnees = await reponse.json();
  cadre.classList.add("vivante", "fig", "carte", ...(donnees.zones.length > 150 ? ["serree"] : []));
  const carte = L.map(cadre, {
    zoomSnap: 0.25,
    zoomControl: false,
    attributionControl: true,
    scrollWheelZoom: false,
    zoomAnimation: false,
    fadeAnimation: false,
    markerZoomAnimation: false,
  });
  const boutons = L.control.zoom({ zoomInTitle: "Agrandir", zoomOutTitle: "Réduire" }).addTo(carte);
  carte.attributionControl.setPrefix("").addAttribution("Contours IGN et Insee");
  cadre.setAttribute("role", "region");
  cadre.setAttribute("aria-label", "Carte des zones. Le tableau donne la même information.");
  const vue = L.latLngBounds(donnees.cadre);
  carte.fitBounds(vue, { padding: [8, 8], animate: false }); // Leaflet ne dessine rien avant de savoir où regarder
  carte.setMaxBounds(vue.pad(0.6));
  const rendu = L.svg({ padding: 0.5 }).addTo(carte);
  rendu.getPane().setAttribute("aria-hidden", "true"); // le tableau dit la même chose
  const dessus = [];
  let couche = cadre.dataset.couche;
  L.geoJSON(
    donnees.voisins.map((geometry) => ({ type: "Feature", geometry })),
    { renderer: rendu, interactive: false, style: { className: "fond", weight: 1, fillOpacity: 1, color: "" } },
  ).addTo(carte);
  const ligne = (id) => document.querySelector(`tr[data-zone="${CSS.escape(id)}"]`);
  const zones = L.geoJSON(donnees.zones, {
    renderer: rendu,
    style: (z) => ({ className: `zone ${z.properties.classes[couche]}`, weight: 1.2, fillOpacity: 1, color: "" }),
    onEachFeature: (z, forme) => {
      for (const quoi of ["motif", "doute"])
        dessus.push([
          z,
          quoi,
          L.geoJSON(z, {
            renderer: rendu,
            interactive: false,
            style: { className: "hachure", stroke: false, fillOpacity: 1 },
          }),
        ]);
      forme.on("click", () => choisir(z.id));
      forme.bindTooltip(() => texte(z.properties.titres[couche]), { sticky: true, className: "titre-carte" });
    },
  }).addTo(carte);
  const formes = new Map();
  zones.eachLayer((forme) => formes.set(forme.feature.id, forme));
  for (const [, , dessin] of dessus) dessin.addTo(carte);
  motifs(rendu._container);
  L.geoJSON(
    donnees.limites.map((geometry) => ({ type: "Feature", geometry })),
    { renderer: rendu, interactive: false, style: { className: "limite", fill: false, weight: 1.2, color: "" } },
  ).addTo(carte);
  const quartiers = document.getElementById("quartiers-dessines");
  if (quartiers)
    for (const className of ["quartier-halo", "quartier"])
      L.geoJSON(JSON.parse(quartiers.textContent), {
        renderer: rendu,
        interactive: false,
        style: { className, fill: false, color: "" },
      }).addTo(carte);
  const peindre = () => {
    zones.eachLayer((forme) =>
      forme._path.setAttribute("class", `leaflet-interactive zone ${forme.feature.properties.classes[couche]}`),
    );
    for (const [z, quoi, dessin] of dessus)
      dessin.eachLayer((forme) => {
        const motif = { "case-numerique": "v-lignes", "case-sociale": "v-points" }[z.properties.classes[couche]];
        const doute = z.properties.doutes[couche] && "v-doute";
        const trame = quoi === "motif" ? motif : doute;
        forme._path.style.fill = trame ? `url(#${trame})` : "none";
      });
    repeindre();
  };
  // La ville en plus grand est un dessin : ses quartiers prennent les classes de la couche choisie.
  const ville = document.getElementById("ville");
  const repeindre = () => {
    for (const groupe of ville ? ville.querySelectorAll("[data-zone]") : []) {
      const { classes, doutes, titres } = formes.get(groupe.dataset.zone).feature.properties;
      const [zone, ...trames] = groupe.querySelectorAll("path");
      for (const trame of trames) trame.remove();
      zone.setAttribute("class", `zone ${classes[couche]}`);
      groupe.querySelector("title").textContent = titres[couche];
      const motif = { "case-numerique": "lignes", "case-sociale": "points" }[classes[couche]];
      for (const nom of [motif, doutes[couche] && "doute"].filter(Boolean)) {
        const trame = groupe.appendChild(zone.cloneNode());
        trame.removeAttribute("class");
        trame.setAttribute("fill", `url(#${ville.querySelector(`pattern[id$="-${nom}"]`).id})`);
      }
    }
  };
  const choisir = (id) => {
    for (const autre of document.querySelectorAll("tr.choisie")) autre.classList.remove("choisie");
    zones.eachLayer((forme) => {
      const oui = forme.feature.id === id;
      forme._path.classList.toggle("choisie-zone", oui);
      if (oui) forme.bringToFront();
    });
    const tr = ligne(id);
    tr?.classList.add("choisie");
    tr?.closest("details")?.setAttribute("open", "");
    tr?.scrollIntoView({ block: "nearest" });
  };
  const point = rendu._container.createSVGPoint();
  const combien = (points, siennes) =>
    points.filter(([x, y]) => {
      const ou = carte.containerPointToLayerPoint([x, y]);
      [point.x, point.y] = [ou.x, ou.y];
      return siennes.some((f) => f._pxBounds?.contains(ou) && f._path.isPointInFill(point));
    }).length;
  // Un nom se lit dans sa zone : de ce qu’il couvre de la carte, quatre dixièmes au moins, comme sur le dessin.
  const chezLui = ([x, y, x2, y2], siennes) => {
    const points = [0, 1, 2, 3, 4, 5, 6].flatMap((k) =>
      [0.25, 0.75].map((h) => [x + (k * (x2 - x)) / 6, y + h * (y2 - y)]),
    );
    const lui = combien(points, siennes);
    return lui >= 0.4 * points.length || (lui > 0 && lui >= 0.4 * combien(points, [...formes.values()]));
  };
  const places = [];
  const noms = () => {
    for (const nom of places.splice(0)) nom.remove();
    const c = cadre.getBoundingClientRect();
    const b = boutons.getContainer().getBoundingClientRect();
    const boites = [[b.left - c.left, b.top - c.top, b.right - c.left, b.bottom - c.top]];
    const libre = ([x, y, x2, y2]) =>
      x >= 0 &&
      y >= 0 &&
      x2 <= cadre.clientWidth &&
      y2 <= cadre.clientHeight &&
      !boites.some((b) => x < b[2] && b[0] < x2 && y < b[3] && b[1] < y2);
    for (const [rang, { nom, numero, lat, lon, zones: codes }] of donnees.noms.entries()) {
      const p = carte.latLngToContainerPoint([lat, lon]);
      const siennes = codes.map((code) => formes.get(code));
      const etendue = L.latLngBounds(
        siennes.map((f) => f.getBounds()).flatMap((b) => [b.getNorthWest(), b.getSouthEast()]),
      );
      const [no, se] = [etendue.getNorthWest(), etendue.getSouthEast()].map((coin) =>
        carte.latLngToContainerPoint(coin),
      );
      const ailleurs = [1, 2, 3, 4, 5].flatMap((j) =>
        [1, 2, 3, 4, 5].map((i) => [no.x + (i * (se.x - no.x)) / 6, no.y + (j * (se.y - no.y)) / 6]),
      );
      const boiteDe = (mot) => {
        const demi = mot.length * 4;
        const essais = [[p.x, p.y], [p.x, p.y - 14], [p.x, p.y + 14], ...ailleurs]
          .map(([x, y]) => [x - demi, y - 9, x + demi, y + 9])
          .filter(libre);
        // La première ville, dessinée en plus grand dessous, garde toujours son nom : il dit où elle est.
        return essais.find((b) => chezLui(b, siennes)) ?? (rang === 0 && codes.length > 1 && essais[0]);
      };
      const [mot, boite] = [nom, numero]
        .filter(Boolean)
        .map((mot) => [mot, boiteDe(mot)])
        .find(([, boite]) => boite) ?? [nom, null];
      if (!boite) continue;
      boites.push(boite);
      places.push(
        L.tooltip({ permanent: true, direction: "center", className: "nom-carte", interactive: false })
          .setLatLng(carte.containerPointToLatLng([(boite[0] + boite[2]) / 2, boite[1] + 9]))
          .setContent(texte(mot))
          .addTo(carte),
      );
    }
  };
  carte.on("zoomend moveend resize", noms);
  peindre();
  noms();
  // Au clavier, les zones se parcourent dans le tableau : chacune s’y montre sur la carte. La carte n’est qu’un arrêt.
  zones.eachLayer((forme) => {
    forme._path.setAttribute("tabindex", "-1");
    forme._path.setAttribute("aria-hidden", "true");
  });
  for (const tr of document.querySelectorAll("tr[data-zone]")) {
    const montrer = () =>
      zones.eachLayer((f) => {
        const oui = f.feature.id === tr.dataset.zone;
        f._path.classList.toggle("survol-zone", oui);
        if (oui) f.bringToFront();
      });
    const cacher = () => zones.eachLayer((f) => f._path.classList.remove("survol-zone"));
    tr.addEventListener("mouseenter", montrer);
    tr.addEventListener("mouseleave", cacher);
    tr.addEventListener("focusin", montrer);
    tr.addEventListener("focusout", cacher);
  }
  for (const lien of document.querySelectorAll("[data-couche][href]"))
    lien.addEventListener("click", (e) => {
      if (!donnees.couches.includes(lien.dataset.couche)) return;
      e.preventDefault();
      couche = lien.dataset.couche;
      for (const l of document.querySelectorAll("[data-couche][href]"))
        l === lien ? l.setAttribute("aria-current", "true") : l.removeAttribute("aria-current");
      document.querySelectorAll(".legende").forEach((l) => {
        l.hidden = l.id !== `legende-${couche}`;
      });
      for (const [attribut, suite] of [
        ["data-fichier-svg", "svg"],
        ["data-fichier-png", "png"],
      ]) {
        const fichier = document.querySelector(`[${attribut}]`);
        fichier.href = fichier.href.replace(/[\w-]+\.(svg|png)$/, `${couche}.${suite}`);
      }
      history.replaceState(null, "", lien.href);
      peindre();
    });
};
if (cadre)
  addEventListener("load", () => {
    const pli = cadre.closest("details:not([open])"); // Leaflet ne mesure pas un cadre replié
    if (pli) pli.addEventListener("toggle", demarrer, { once: true });
    else demarrer();
  });
