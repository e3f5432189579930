// Chercher un lieu, lire sa fiche : ce que le script ajoute. Sans lui, la liste et la fiche disent tout.
// Seul module de l’annuaire qui connaît Leaflet (L).
const un = (quoi, ou = document) => ou.querySelector(quoi);
const tous = (quoi, ou = document) => [...ou.querySelectorAll(quoi)];
const dits = document.getElementById("mots")?.dataset ?? {}; // nos mots, dans la langue de la page
const avec = (phrase, valeurs) =>
  Object.entries(valeurs).reduce((p, [nom, valeur]) => p.replaceAll(`{${nom}}`, valeur), phrase);
const mots = (texte) => {
  const e = document.createElement("span");
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

for (const bouton of tous("[data-copier]")) {
  bouton.hidden = !navigator.clipboard;
  bouton.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(bouton.dataset.copier).value);
    un("[data-copie]").textContent = "Copié.";
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

const position = () => garde(() => JSON.parse(sessionStorage.getItem("position")));
for (const bloc of tous("[data-pres]")) {
  if (!navigator.geolocation || !isSecureContext) continue;
  const bouton = un("button", bloc),
    dit = un("[data-etat]", bloc);
  bloc.hidden = false;
  bouton.addEventListener("click", () => {
    dit.className = "aide";
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
  const tries = tous("[data-n]", chezMoi).sort((a, b) => pied(a) - pied(b));
  const pres = tries.filter((rang) => !limite || minutes(rang) <= limite);
  const gardes = (pres.length ? pres : tries).slice(0, pres.length ? 60 : 5);
  gardes.forEach((rang, k) => {
    rang.dataset.n = un(".numero", rang).textContent = k + 1;
    rang.id = `lieu-${k + 1}`;
    un(".loin strong", rang).textContent = enMetres(pied(rang));
    un(".loin span", rang).textContent = avec(dits.pied, { minutes: enMinutes(minutes(rang)) });
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
  un("[data-suite]")?.remove();
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
  carte.attributionControl.setPrefix("").addAttribution("Contours IGN et Insee");
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
  if (centre) {
    L.circle(centre, trait("anneau", { radius: +cadre.dataset.anneau })).addTo(carte);
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
  const lire = async (adresse) => {
    const r = await fetch(adresse);
    return r.ok ? r.json() : null;
  };
  const [contours, points] = await Promise.all([lire(cadre.dataset.contours), lire(cadre.dataset.points)]);
  L.geoJSON(contours, {
    style: (f) => trait(f.properties.nom ? "ligne-commune" : "ligne-quartier", { fill: false }),
  }).addTo(fond);
  // Des cercles qui se toucheraient n’en font qu’un, à chaque échelle : il dit combien de lieux il compte.
  const places = [
    ...(points?.lieux ?? []).map(([slug, nom, lat, lon]) => ({ n: 1, lat, lon, slug, nom })),
    ...(points?.groupes ?? []).map(([n, lat, lon]) => ({ n, lat, lon })),
  ];
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
  const poser = () => {
    autres.clearLayers();
    const groupes = reunis().filter((groupe) => {
      if (groupe.n > 1) ensemble(groupe);
      else seul(groupe.lieux[0]);
      return groupe.n > 1;
    });
    for (const p of places) if (estReponse(p)) seul(p);
    // Sans question, un numéro n’est qu’un rang de l’alphabet : il attend d’être seul, ou montré du doigt.
    for (const goutte of gouttes.values()) {
      const p = carte.latLngToLayerPoint(goutte.getLatLng());
      const dedans = groupes.some((g) => Math.hypot(g.x - p.x, g.y - p.y) < rayonDe(g.n) + 11);
      goutte.getElement()?.classList.toggle("en-groupe", !centre && dedans);
    }
    for (const chemin of tous("path", cadre)) {
      chemin.setAttribute("tabindex", "-1");
      chemin.setAttribute("aria-hidden", "true");
    }
  };
  const bouton = un("[data-en-grand]");
  if (bouton) bouton.hidden = false;
  // Les mots du cercle vont où ils cachent le moins : dessus, dessous, ou dedans ; jamais sous le bouton.
  const dire = centre && L.tooltip({ permanent: true, className: "nom-carte anneau-mots", interactive: false });
  const nommer = () => {
    if (!centre) return;
    const bornes = L.latLng(centre).toBounds(2 * cadre.dataset.anneau),
      cote = cadre.getBoundingClientRect(),
      b = bouton?.getBoundingClientRect(),
      large = 92;
    const peine = ([lat, direction]) => {
      const { x, y } = carte.latLngToContainerPoint([lat, centre[1]]);
      const haut = direction === "top" ? y - 30 : y + 6,
        bas = haut + 24;
      const croise = (g, h, d, f) => g < x + large && d > x - large && h < bas && f > haut;
      const dehors = haut < 0 || bas > cote.height;
      const sous =
        b?.width && croise(b.left - cote.left, b.top - cote.top, b.right - cote.left, b.bottom - cote.top + 18);
      return (
        (dehors || sous ? 100 : 0) +
        rangs.filter((r) => {
          const p = carte.latLngToContainerPoint([+r.dataset.lat, +r.dataset.lon]); // une goutte : 34 sur 41
          return croise(p.x - 17, p.y - 41, p.x + 17, p.y + 8);
        }).length
      );
    };
    const cotes = [
      [bornes.getNorth(), "top"],
      [bornes.getSouth(), "bottom"],
      [bornes.getNorth(), "bottom"],
      [bornes.getSouth(), "top"],
    ];
    const [lat, direction] = cotes.reduce((a, c) => (peine(c) < peine(a) ? c : a));
    dire.options.direction = direction;
    dire.setLatLng([lat, centre[1]]).setContent(mots(dits.anneau)).addTo(carte);
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
    const boites = tous(".anneau-mots, .groupe-mots, .leaflet-control-zoom", cadre).map((e) => {
      const b = e.getBoundingClientRect(),
        c = cadre.getBoundingClientRect();
      return [b.left - c.left, b.top - c.top, b.right - c.left, b.bottom - c.top];
    });
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
        !boites.some((c) => b[0] < c[2] && c[0] < b[2] && b[1] < c[3] && c[1] < b[3]);
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
  carte.on("zoomend", poser);
  carte.on("zoomend moveend resize", () => {
    nommer();
    noms();
  });
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

// --- Écouter la fiche : notre propre texte, le mot dit sur fond jaune là où le navigateur le permet.
for (const bouton of tous("[data-ecouter]")) {
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
