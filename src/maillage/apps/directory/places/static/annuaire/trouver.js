// Chercher un lieu, lire sa fiche : ce que le script ajoute. Sans lui, la liste et la fiche disent tout.
// Seul module de l’annuaire qui connaît Leaflet (L).
const un = (quoi, ou = document) => ou.querySelector(quoi);
const tous = (quoi, ou = document) => [...ou.querySelectorAll(quoi)];
const dits = document.getElementById("mots")?.dataset ?? {}; // nos mots, dans la langue de la page
const avec = (phrase, valeurs) =>
  Object.entries(valeurs).reduce((p, [nom, valeur]) => p.replaceAll(`{${nom}}`, valeur), phrase);
const mots = (texte) => {
  const e = document.createElement("span");
  e.dir = "auto"; // la carte va de gauche à droite, nos mots dans le sens de leur langue
  e.textContent = texte;
  return e;
};

// --- Le formulaire : les suggestions gardent ce qui est déjà choisi, la liste des besoins se referme.
for (const formulaire of tous("[data-chercher]")) {
  const liste = un(".suggestions", formulaire);
  new MutationObserver(() => {
    for (const lien of tous("a[data-ou]", liste)) {
      const demande = new URLSearchParams(new FormData(formulaire));
      demande.delete("territoire");
      demande.set("ou", lien.dataset.ou);
      lien.href = `${formulaire.action.split("?")[0]}?${demande}`;
    }
  }).observe(liste, { childList: true });
  // Le premier formulaire demande encore pour quoi : un lieu choisi remplit le champ, et n’emmène nulle part.
  if (formulaire.matches(".premiere"))
    liste.addEventListener("click", (e) => {
      const lien = e.target.closest("a[data-ou]");
      if (!lien) return;
      e.preventDefault();
      const champ = un("[name=ou]", formulaire);
      champ.value = lien.dataset.ou;
      champ.setAttribute("aria-expanded", "false");
      liste.hidden = true;
    });
}
for (const besoins of tous(".besoins")) {
  const dit = un("#besoin-dit", besoins);
  besoins.addEventListener("change", (e) =>
    dit.replaceChildren(
      ...[...e.target.parentElement.childNodes].filter((n) => n !== e.target).map((n) => n.cloneNode(true)),
    ),
  );
  besoins.addEventListener("click", (e) => {
    if (e.detail && e.target.closest("label"))
      setTimeout(() => {
        besoins.open = false;
      });
  }); // à la souris ; au clavier, les flèches passent sur les autres
  besoins.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && besoins.open) {
      besoins.open = false;
      un("summary", besoins).focus();
    }
  });
  addEventListener("click", (e) => {
    if (!besoins.contains(e.target)) besoins.open = false;
  });
}

// --- Près de moi : la position ne quitte pas l’appareil. Elle donne la commune du lieu le plus proche, seule envoyée ;
// la liste reçue, longue, est rangée et coupée ici même.
const rayon = Math.PI / 180;
const metres = ([a, b], [c, d]) => 111195 * Math.hypot(a - c, (b - d) * Math.cos(((a + c) / 2) * rayon));
// Un navigateur réglé pour ne rien garder refuse jusqu’à la question : la liste reste alors celle de la commune.
const garde = (faire) => {
  try {
    return faire();
  } catch {
    return null;
  }
};
// Avant 2023, un navigateur ne sait pas répondre à (scripting) : qui lit ceci a un script.
for (const feuille of tous('link[media="(scripting: enabled)"]'))
  if (!matchMedia(feuille.media).matches) feuille.media = "all";

const TROP_LOIN = 50_000; // mètres : au-delà, la commune la plus proche n’est pas celle de la personne
const position = () => garde(() => JSON.parse(sessionStorage.getItem("position")));
for (const bloc of tous("[data-pres]")) {
  if (!navigator.geolocation || !isSecureContext) continue;
  const bouton = un("button", bloc),
    dit = un("[data-etat]", bloc);
  bloc.hidden = false;
  bouton.addEventListener("click", () => {
    dit.className = "aide";
    bloc.classList.add("parle");
    dit.textContent = bloc.dataset.cherche;
    navigator.geolocation.getCurrentPosition(
      async ({ coords }) => {
        const ici = [coords.latitude, coords.longitude];
        let proche;
        try {
          const { communes } = await (await fetch(bouton.dataset.communes)).json();
          for (const [code, ...ou] of communes) {
            const loin = metres(ici, ou);
            if (!(proche?.loin <= loin)) proche = { code, loin };
          }
        } catch {
          dit.textContent = bloc.dataset.panne;
          return;
        }
        if (!proche) {
          dit.textContent = bloc.dataset.aucun;
          return;
        }
        if (proche.loin > TROP_LOIN) {
          dit.textContent = bloc.dataset.loin;
          return;
        }
        garde(() => sessionStorage.setItem("position", JSON.stringify({ ici, territoire: proche.code })));
        const demande = new URLSearchParams(new FormData(bouton.form));
        for (const [nom, valeur] of Object.entries({
          ou: "",
          territoire: proche.code,
          pres: demande.get("marche") || demande.get("pres") || "30",
          marche: "0",
          montrer: "500",
        }))
          demande.set(nom, valeur);
        location.href = `${bouton.dataset.carte}?${demande}`;
      },
      () => {
        dit.textContent = bloc.dataset.refus;
      },
    );
  });
}
const enMetres = (m) =>
  m < 975
    ? avec(dits.m, { metres: Math.max(Math.round(m / 50) * 50, 50) })
    : avec(dits.km, { kilometres: (m / 1000).toFixed(m < 9950 ? 1 : 0).replace(".", dits.virgule) });
const enMinutes = (m) => {
  const n = m < 20 ? Math.max(Math.round(m), 1) : Math.round(m / 5) * 5;
  const hours = Math.floor(n / 60),
    minutes = hours ? String(n % 60).padStart(2, "0") : n;
  return avec(!hours ? dits.min : n % 60 ? dits.hMin : dits.h, { hours, minutes });
};
const depuisIci = position();
const adresse = new URLSearchParams(location.search);
const chezMoi =
  depuisIci && adresse.get("pres") && adresse.get("territoire") === depuisIci.territoire && un("ol[data-detour]");
if (chezMoi) {
  const limite = +adresse.get("pres"),
    choix = document.getElementById("marche");
  const pied = (rang) => metres(depuisIci.ici, [+rang.dataset.lat, +rang.dataset.lon]) * chezMoi.dataset.detour;
  const minutes = (rang) => pied(rang) / ((chezMoi.dataset.allure * 1000) / 60);
  const seulVol = (rang) => minutes(rang) > 30; // sans les rues, une longue marche ne se promet pas
  const tries = tous("[data-n]", chezMoi).sort((a, b) => pied(a) - pied(b));
  const pres = tries.filter((rang) => !limite || minutes(rang) <= limite);
  const gardes = (pres.length ? pres : tries).slice(0, pres.length ? 60 : 5);
  gardes.forEach((rang, k) => {
    rang.dataset.n = un(".numero", rang).textContent = k + 1;
    rang.id = `lieu-${k + 1}`;
    un(".loin strong", rang).textContent = enMetres(pied(rang) / (seulVol(rang) ? chezMoi.dataset.detour : 1));
    un(".loin span", rang).textContent = seulVol(rang)
      ? dits.vol
      : avec(dits.pied, { minutes: enMinutes(minutes(rang)) });
  });
  chezMoi.replaceChildren(...gardes);
  choix.value = limite;
  const duree = choix.selectedOptions[0]?.textContent;
  document.getElementById("resultats").textContent = avec(
    !pres.length
      ? dits.aucun
      : limite
        ? pres.length > 1
          ? dits.moins
          : dits.moinsUn
        : pres.length > 1
          ? dits.autour
          : dits.autourUn,
    { n: pres.length, minutes: duree },
  );
  un("p[data-depuis]").textContent = dits.depuis;
  for (const autre of tous("[data-ordre], [data-suite]")) autre.remove();
  un("[data-liste]")?.addEventListener("click", (e) => {
    e.preventDefault();
    print();
  }); // rangée ici même : le serveur ne sait pas d’où
  choix.name = "pres"; // la recherche suivante part encore d’ici
  for (const [nom, valeur] of [
    ["marche", "0"],
    ["montrer", "500"],
  ])
    choix.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: nom, value: valeur }));
}

// --- La carte : la même liste, aux mêmes numéros.
const cadre = document.getElementById("carte");
const gouttes = new Map();
const montrer = (rang, oui) => {
  gouttes.get(rang)?.getElement()?.firstChild.classList.toggle("vise", oui);
  gouttes.get(rang)?.setZIndexOffset(oui ? 1000 : 0);
};
const choisir = (rang) => {
  for (const autre of tous(".rang.choisi")) {
    autre.classList.remove("choisi");
    montrer(autre, false);
  }
  rang.classList.add("choisi");
  montrer(rang, true);
};

const dessiner = async () => {
  if (!window.L) return;
  cadre.setAttribute("role", "region");
  cadre.setAttribute("aria-label", cadre.dataset.nom);
  const [ouest, sud, est, nord] = cadre.dataset.boite.split(",").map(Number);
  const carte = L.map(cadre, {
    zoomSnap: 0.25,
    zoomControl: false,
    scrollWheelZoom: false,
    zoomAnimation: false,
    fadeAnimation: false,
    markerZoomAnimation: false,
    ...(!chezMoi && {
      maxBounds: [
        [sud, ouest],
        [nord, est],
      ],
    }),
  });
  L.control.zoom({ position: "topright", zoomInTitle: dits.agrandir, zoomOutTitle: dits.reduire }).addTo(carte);
  carte.attributionControl.setPrefix("").addAttribution(mots(cadre.dataset.credits).outerHTML);
  const centre = chezMoi ? depuisIci.ici : cadre.dataset.centre?.split(",").map(Number);
  const rangs = tous("[data-n]");
  const [gauche, bas, droite, haut] = cadre.dataset.vue.split(",").map(Number);
  const vue = chezMoi
    ? L.latLngBounds(tous("[data-n]").map((r) => [r.dataset.lat, r.dataset.lon])).extend(depuisIci.ici)
    : L.latLngBounds([
        [bas, gauche],
        [haut, droite],
      ]);
  carte.fitBounds(vue, { padding: [30, 30], maxZoom: 15.5, animate: false });
  const rendu = L.svg({ padding: 0.6 }).addTo(carte);
  rendu.getPane().setAttribute("aria-hidden", "true"); // la liste dit la même chose
  const trait = (className, plus = {}) => ({
    renderer: rendu,
    interactive: false,
    className,
    color: "",
    fillColor: "",
    ...plus,
  });
  const fond = L.layerGroup().addTo(carte),
    autres = L.layerGroup().addTo(carte);
  // Par les rues là où elles sont connues ; un cercle ailleurs.
  const contour = !chezMoi && cadre.dataset.contour && JSON.parse(cadre.dataset.contour);
  const anneau =
    centre &&
    (contour
      ? L.polygon(
          contour.map((bord) => bord.map(([lon, lat]) => [lat, lon])),
          trait("anneau"),
        )
      : L.circle(centre, trait("anneau", { radius: +cadre.dataset.anneau }))
    ).addTo(carte);
  if (centre) {
    L.circleMarker(centre, trait("depart", { radius: 8 })).addTo(carte);
  }
  for (const rang of rangs) {
    const tete = document.createElement("div");
    tete.className = "goutte";
    tete.append(mots(rang.dataset.n));
    const goutte = L.marker([+rang.dataset.lat, +rang.dataset.lon], {
      keyboard: false,
      title: un("h3", rang).textContent,
      icon: L.divIcon({ html: tete, className: "", iconSize: [34, 41], iconAnchor: [17, 41] }),
    }).addTo(carte);
    gouttes.set(rang, goutte);
    goutte.on("click", () => {
      choisir(rang);
      const pli = rang.closest(".plie-etroit");
      if (pli) pli.open = true;
      rang.scrollIntoView({ block: "nearest" });
    });
    goutte.on("mouseover", () => rang.classList.add("vise"));
    goutte.on("mouseout", () => rang.classList.remove("vise"));
    for (const [quand, oui] of [
      ["mouseenter", true],
      ["focusin", true],
      ["mouseleave", false],
      ["focusout", false],
    ])
      rang.addEventListener(quand, () => {
        if (!rang.classList.contains("choisi")) montrer(rang, oui);
      });
    rang.addEventListener("click", (e) => {
      if (!e.target.closest("a")) {
        choisir(rang);
        carte.panInside([+rang.dataset.lat, +rang.dataset.lon], { padding: [60, 60], animate: false });
      }
    });
  }
  // Des cercles qui se toucheraient n’en font qu’un, à chaque échelle : il dit combien de lieux il compte.
  let places = [],
    contours = null;
  const point = (lat, lon) => `${(+lat).toFixed(4)} ${(+lon).toFixed(4)}`;
  const reponses = new Set(rangs.map((r) => point(r.dataset.lat, r.dataset.lon)));
  const estReponse = (p) => Boolean(centre) && reponses.has(point(p.lat, p.lon));
  const rayonDe = (n) => (n > 1 ? 10 + 3 * Math.log2(n) : 7);
  const reunis = () => {
    let groupes = places
      .filter((p) => !estReponse(p))
      .map((p) => ({ ...carte.latLngToLayerPoint([p.lat, p.lon]), n: p.n, lieux: [p] }));
    for (let avant = Infinity; groupes.length < avant;) {
      avant = groupes.length;
      const gardes = [];
      for (const g of groupes) {
        const v = gardes.find((v) => Math.hypot(v.x - g.x, v.y - g.y) < rayonDe(v.n) + rayonDe(g.n) + 4);
        if (!v) gardes.push(g);
        else {
          const n = v.n + g.n;
          Object.assign(v, { x: (v.x * v.n + g.x * g.n) / n, y: (v.y * v.n + g.y * g.n) / n, n });
          v.lieux.push(...g.lieux);
        }
      }
      groupes = gardes;
    }
    return groupes;
  };
  const seul = ({ slug, nom, lat, lon }) =>
    L.circleMarker([lat, lon], trait("point-lieu", { radius: 7, interactive: true }))
      .bindTooltip(() => mots(nom), { className: "titre-carte" })
      .on("click", () => {
        location.href = cadre.dataset.lieu.replace("LIEU", encodeURIComponent(slug));
      })
      .addTo(autres);
  const ensemble = ({ x, y, n, lieux }) => {
    const ou = carte.layerPointToLatLng([x, y]);
    L.circleMarker(ou, trait("groupe-lieux", { radius: rayonDe(n), interactive: true }))
      .on("click", () => {
        const etendue = L.latLngBounds(lieux.map((p) => [p.lat, p.lon]));
        if (carte.getBoundsZoom(etendue) > carte.getZoom())
          carte.fitBounds(etendue, { padding: [60, 60], maxZoom: 17 });
        else carte.setZoomAround(ou, carte.getZoom() + 1);
      })
      .addTo(autres);
    L.tooltip({ permanent: true, direction: "center", className: "nom-carte groupe-mots", interactive: false })
      .setLatLng(ou)
      .setContent(mots(String(n)))
      .addTo(autres);
  };
  const bouton = un("[data-en-grand]");
  if (bouton) bouton.hidden = false;
  // Ce qui tient de la place sur la carte, en points de son cadre : gauche, haut, droite, bas.
  const boitesDe = (elements) => {
    const c = cadre.getBoundingClientRect();
    return elements
      .map((e) => e.getBoundingClientRect())
      .filter((b) => b.width)
      .map((b) => [b.left - c.left, b.top - c.top, b.right - c.left, b.bottom - c.top]);
  };
  const seCroisent = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  const poser = () => {
    const [boite] = bouton ? boitesDe([bouton]) : [];
    const sousLeBouton = ({ x, y }) => boite && seCroisent([x - 17, y - 41, x + 17, y], boite);
    autres.clearLayers();
    const groupes = reunis().filter((groupe) => {
      if (groupe.n > 1) ensemble(groupe);
      else seul(groupe.lieux[0]);
      return groupe.n > 1;
    });
    for (const p of places) if (estReponse(p)) seul(p);
    // Deux gouttes ne se couvrent pas : la plus proche passe, l’autre garde son rond, et vient quand on la montre.
    // Celles des trois premières réponses sont toujours là : l’une s’écarte de l’autre.
    // Sans question, un numéro n’est qu’un rang de l’alphabet : il attend aussi d’être hors de tout groupe.
    const visibles = [];
    for (const [rang, goutte] of gouttes) {
      const p = carte.latLngToLayerPoint(goutte.getLatLng());
      const dedans = !centre && groupes.some((g) => Math.hypot(g.x - p.x, g.y - p.y) < rayonDe(g.n) + 11);
      const ecarts = centre && +rang.dataset.n <= 3 ? [0, 17, -17, 34, -34, 51, -51, 68, -68] : [0];
      const vu = carte.layerPointToContainerPoint(p);
      const libres = ecarts.filter(
        (e) =>
          !sousLeBouton({ x: vu.x + e, y: vu.y }) &&
          !visibles.some((v) => Math.abs(v.x - p.x - e) < 34 && Math.abs(v.y - p.y) < 41),
      );
      // De préférence, aucune ne cache non plus le nombre d’un groupe.
      const cache = (e) => groupes.some((g) => Math.abs(g.x - p.x - e) < 25 && g.y > p.y - 49 && g.y < p.y + 8);
      const ecart = libres.find((e) => !cache(e)) ?? libres[0];
      const couverte = ecart === undefined;
      if (!dedans && !couverte) visibles.push({ x: p.x + ecart, y: p.y });
      const image = goutte.getElement();
      image?.classList.toggle("en-groupe", dedans || couverte);
      if (image) image.style.marginLeft = `${(ecart || 0) - 17}px`;
    }
    for (const chemin of tous("path", cadre)) {
      chemin.setAttribute("tabindex", "-1");
      chemin.setAttribute("aria-hidden", "true");
    }
  };
  const gouttesVues = () => boitesDe(tous(".leaflet-marker-icon:not(.en-groupe) .goutte", cadre));
  // Les mots du cercle vont où ils ne croisent rien : dessus, dessous, ou dedans. Sinon, un rond plutôt qu’un nombre,
  // jamais une goutte ni un bouton : le cercle reste alors sans mots.
  const dire =
    centre &&
    L.tooltip({
      permanent: true,
      direction: "center",
      className: "nom-carte anneau-mots",
      interactive: false,
    });
  const PAS = [0, -40, 40, -80, 80, -120, 120];
  const nommer = () => {
    if (!centre) return;
    dire.setLatLng(centre).setContent(mots(dits.anneau)).addTo(carte);
    const { offsetWidth: large, offsetHeight: haut } = dire.getElement();
    const bornes = anneau.getBounds(),
      point = (lat) => carte.latLngToContainerPoint([lat, centre[1]]);
    const milieuDuCercle = point(centre[0]),
      [dessus, dessous] = [point(bornes.getNorth()).y, point(bornes.getSouth()).y],
      { x, y } = milieuDuCercle;
    const genes = [
      [100, gouttesVues()],
      [100, boitesDe([...tous(".leaflet-control", cadre), ...(bouton ? [bouton] : [])])],
      [100, [[x - 11, y - 11, x + 11, y + 11]]],
      [5, boitesDe(tous(".groupe-mots", cadre))],
      [1, boitesDe(tous(".point-lieu, .groupe-lieux", cadre))],
    ];
    const boite = ([px, py]) => [px - large / 2 - 4, py - haut / 2, px + large / 2 + 4, py + haut / 2];
    const peine = (p) => {
      const [g, h, d, f] = boite(p);
      const dehors = g < 0 || h < 0 || d > cadre.clientWidth || f > cadre.clientHeight;
      return genes.reduce(
        (somme, [poids, boites]) => somme + poids * boites.filter((b) => seCroisent(b, [g, h, d, f])).length,
        Math.abs(p[0] - x) / 80 + (dehors ? 100 : 0), // plus loin du cercle, on ne sait plus ce qu’ils nomment
      );
    };
    const demi = haut / 2 + 2;
    const lignes = [dessus - demi, dessous + demi, dessus + demi + 6, dessous - demi - 6, dessus - demi - haut];
    const places = lignes.flatMap((py) => PAS.map((pas) => [x + pas, py]));
    const place = places.reduce((a, c) => (peine(c) < peine(a) ? c : a));
    if (peine(place) >= 100) dire.remove();
    else dire.setLatLng(carte.containerPointToLatLng(place));
  };
  const ecrits = [];
  // Le milieu de ce qu’on voit d’une commune ; rien quand on n’en voit qu’un coin.
  const milieu = ({ type, coordinates }) => {
    const cadrage = L.bounds([0, 0], [cadre.clientWidth, cadre.clientHeight]);
    const vus = (type === "Polygon" ? [coordinates] : coordinates)
      .map(([bord]) =>
        L.PolyUtil.clipPolygon(
          bord.map(([x, y]) => carte.latLngToContainerPoint([y, x])),
          cadrage,
        ),
      )
      .filter((points) => points.length > 2);
    let aire = 0,
      x = 0,
      y = 0;
    for (const points of vus)
      points.forEach((p, k) => {
        const q = points[(k + 1) % points.length],
          f = p.x * q.y - q.x * p.y;
        aire += f / 2;
        x += (p.x + q.x) * f;
        y += (p.y + q.y) * f;
      });
    return Math.abs(aire) > 9000 ? L.point(x / (6 * aire), y / (6 * aire)) : null;
  };
  const noms = () => {
    for (const nom of ecrits.splice(0)) nom.remove();
    const boites = [
      ...boitesDe([...tous(".anneau-mots, .groupe-mots, .leaflet-control-zoom", cadre), ...(bouton ? [bouton] : [])]),
      ...gouttesVues(),
    ];
    if (centre) {
      const { x, y } = carte.latLngToContainerPoint(centre);
      boites.push([x - 11, y - 11, x + 11, y + 11]);
    }
    for (const {
      properties: { nom },
      geometry,
    } of contours?.features ?? []) {
      const p = nom && milieu(geometry);
      if (!p) continue;
      const demi = nom.length * 4.2;
      const boite = (y) => [p.x - demi, y - 9, p.x + demi, y + 9];
      const libre = (b) =>
        b[0] >= 0 &&
        b[2] <= cadre.clientWidth &&
        b[1] >= 0 &&
        b[3] <= cadre.clientHeight &&
        !boites.some((c) => seCroisent(b, c));
      const ecart = [0, -24, 24, -48, 48].find((e) => libre(boite(p.y + e)));
      if (ecart === undefined) continue;
      p.y += ecart;
      boites.push(boite(p.y));
      ecrits.push(
        L.tooltip({ permanent: true, direction: "center", className: "nom-carte", interactive: false })
          .setLatLng(carte.containerPointToLatLng(p))
          .setContent(mots(nom))
          .addTo(carte),
      );
    }
  };
  carte.on("zoomend resize", poser);
  carte.on("zoomend moveend resize", () => {
    nommer();
    noms();
  });
  poser(); // sans attendre le fond : aucune goutte n’en couvre une autre
  nommer();
  const lire = async (adresse) => {
    const r = await fetch(adresse).catch(() => null); // sans réseau, la liste gardée reste
    return r?.ok ? r.json() : null;
  };
  const [dessines, points] = await Promise.all([lire(cadre.dataset.contours), lire(cadre.dataset.points)]);
  contours = dessines;
  L.geoJSON(contours, {
    style: (f) => trait(f.properties.nom ? "ligne-commune" : "ligne-quartier", { fill: false }),
  }).addTo(fond);
  places = [
    ...(points?.lieux ?? []).map(([slug, nom, lat, lon]) => ({ n: 1, lat, lon, slug, nom })),
    ...(points?.groupes ?? []).map(([n, lat, lon]) => ({ n, lat, lon })),
  ];
  poser();
  nommer();
  noms();
  if (bouton) {
    const cote = bouton.parentElement;
    const basculer = (grande) => {
      cote.classList.toggle("grande", grande);
      bouton.setAttribute("aria-expanded", String(grande));
      un("span", bouton).textContent = grande ? dits.liste : dits.grand;
      carte.invalidateSize();
    };
    bouton.addEventListener("click", () => basculer(!cote.classList.contains("grande")));
    cote.addEventListener("keydown", (e) => {
      if (e.key === "Escape") {
        basculer(false);
        bouton.focus();
      }
    });
  }
};
if (cadre) addEventListener("load", dessiner);

// --- Écouter la fiche : notre propre texte, le mot dit sur fond jaune là où le navigateur le permet. La barre qui lit
// une page entière est à ecouter.js.
for (const bouton of tous("[data-arreter]")) {
  const langue = document.documentElement.lang;
  const voix = () => speechSynthesis.getVoices().find((v) => v.lang.startsWith(langue));
  if (!window.speechSynthesis) break;
  const paraitre = () => {
    bouton.hidden = !voix();
  };
  speechSynthesis.addEventListener?.("voiceschanged", paraitre);
  paraitre();
  const dit = un("span", bouton),
    debut = dit.textContent;
  let morceaux = [];
  const finir = () => {
    CSS.highlights?.delete("dit");
    dit.textContent = debut;
  };
  const lire = () => {
    const suite = morceaux.shift();
    if (!suite) return finir();
    const noeuds = [],
      marcheur = document.createTreeWalker(suite, NodeFilter.SHOW_TEXT);
    let texte = "";
    while (marcheur.nextNode()) {
      noeuds.push([texte.length, marcheur.currentNode]);
      texte += marcheur.currentNode.data;
    }
    const parole = new SpeechSynthesisUtterance(texte);
    parole.lang = voix()?.lang ?? langue;
    parole.voice = voix();
    parole.onboundary = ({ charIndex, charLength }) => {
      const trouve = noeuds.findLast(([depart]) => depart <= charIndex);
      if (!CSS.highlights || !trouve) return;
      const mot = new Range(),
        premier = charIndex - trouve[0];
      mot.setStart(trouve[1], premier);
      mot.setEnd(trouve[1], Math.min(premier + (charLength || 1), trouve[1].length));
      CSS.highlights.set("dit", new self.Highlight(mot));
    };
    parole.onend = lire;
    speechSynthesis.speak(parole);
  };
  bouton.addEventListener("click", () => {
    if (speechSynthesis.speaking) {
      morceaux = [];
      speechSynthesis.cancel();
      return finir();
    }
    morceaux = tous("h1, h2, h3, p, li > span", un("[data-lire]")).filter(
      (e) => !e.closest("[data-muet]") && !e.parentElement.closest("p"),
    );
    dit.textContent = bouton.dataset.arreter;
    lire();
  });
  addEventListener("pagehide", () => speechSynthesis.cancel());
}
