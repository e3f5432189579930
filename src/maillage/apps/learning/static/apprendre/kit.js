// Les exercices : tout se juge ici, sur l’appareil. Rien n’est perdu, rien n’est puni, tout se recommence.
import { estTraduite, phrase } from "./phrases.js";
import { noter, partir } from "./progres.js";

const un = (quoi, dans = document) => dans.querySelector(quoi);
const tous = (quoi, dans = document) => [...dans.querySelectorAll(quoi)];
const page = un(".etape[data-module]"),
  ecran = un("[data-exercice]"),
  donnees = JSON.parse(un("#exercice").textContent);
const retour = un("[data-retour]"),
  reponse = un("[data-reponse]"),
  offre = un("[data-offre]"),
  suite = un("[data-suite]"),
  annuler = un("[data-annuler]");

// Deux langues sur une page : ce que l’exercice montre est marqué de la sienne, quand ce n’est pas celle du module.
const { lang: langueDuLecteur, dir: sensDuLecteur } = document.documentElement,
  langueDuModule = page.lang || langueDuLecteur;
const poserLangue = (ou, langue) => {
  ou.lang = langue;
  ou.dir = (langue === langueDuLecteur ? sensDuLecteur : langue === page.lang ? page.dir : "") || "ltr";
};
if (donnees.dits || langueDuLecteur !== "fr") {
  const dits = donnees.dits && new Set(donnees.dits.map((mots) => mots.trim()));
  const duModule = (mots) => !dits || dits.has(mots) || [...dits].some((dit) => dit.length > 8 && mots.startsWith(dit));
  const marquer = (ou) => {
    const marcheur = document.createTreeWalker(ou, NodeFilter.SHOW_TEXT),
      restes = [];
    while (marcheur.nextNode()) restes.push(marcheur.currentNode);
    for (const texte of restes) {
      const mots = texte.data.trim(),
        autour = texte.parentElement,
        langue = estTraduite(mots) ? langueDuLecteur : duModule(mots) ? langueDuModule : "fr";
      if (!mots || autour.closest("[lang]").lang === langue) continue;
      let marque = autour;
      if (autour.tagName !== "OPTION" && autour.childNodes.length > 1) {
        marque = document.createElement("span");
        texte.replaceWith(marque);
        marque.append(texte);
      }
      poserLangue(marque, langue);
    }
  };
  const voir = new MutationObserver((tout) => {
    for (const { addedNodes } of tout)
      for (const n of addedNodes) if (n.isConnected) marquer(n.nodeType === 1 ? n : n.parentElement);
  });
  for (const ou of [ecran, retour]) voir.observe(ou, { childList: true, subtree: true });
}

// ----------------------------------------------------------------------------------------------- ce que tous partagent
let essais = 0,
  rang = 0,
  fini = false,
  pointeur = "",
  depuis = performance.now(),
  passe = 0;
addEventListener(
  "pointerdown",
  (e) => {
    pointeur = e.pointerType;
  },
  true,
);
addEventListener(
  "keydown",
  () => {
    pointeur = "";
  },
  true,
);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) passe += performance.now() - depuis;
  else depuis = performance.now();
});
const voie = () => ({ mouse: "pointer", touch: "touch", pen: "pen" })[pointeur] ?? "keyboard";
const secondes = () => Math.round((passe + (document.hidden ? 0 : performance.now() - depuis)) / 1000);
const garder = (etat) =>
  noter(page.dataset.module, Number(page.dataset.version), Number(page.dataset.etape), {
    etat,
    essais,
    indices: rang,
    secondes: secondes(),
    voie: voie(),
    facile: location.search.includes("facile"),
    genre: donnees.genre,
  });

const dire = (ton, fort, ...reste) => {
  const boite = document.createElement("div"),
    mots = document.createElement("p"),
    gras = document.createElement("strong");
  boite.className = `message ${ton}`;
  gras.textContent = fort;
  if (estTraduite(fort)) poserLangue(boite, langueDuLecteur);
  mots.append(gras, ...reste.filter(Boolean).flatMap((suite) => [" ", suite]));
  boite.append(mots);
  retour.replaceChildren();
  setTimeout(() => {
    // vidé puis rempli : le lecteur d’écran le redit
    retour.replaceChildren(boite);
    const { top, bottom } = boite.getBoundingClientRect();
    // le focus reste où il est
    if (!fini && (top < 0 || bottom > innerHeight)) boite.scrollIntoView({ block: "end", behavior: "instant" });
  }, 30);
};
const ecart = (quoi, sinon) => {
  if (fini) return;
  essais += 1;
  const [fort, reste] = donnees.ecarts[quoi] ??
    sinon ?? [phrase("Presque."), phrase("Essayez encore : rien ne presse.")];
  dire("warning", fort, reste, essais >= 2 && donnees.facile && phrase("Vous pouvez essayer plus facile."));
  if (essais >= 2 && offre) reponse.append(offre); // l’offre suit la réponse, et se voit avec elle
};
const reussir = () => {
  if (fini) return;
  fini = true;
  garder(rang ? "hinted" : "done");
  dire("success", donnees.reussite);
  suite.classList.replace("pointille", "plein");
  if ("passer" in suite.dataset) un("span", suite).textContent = phrase("Suite");
  if (offre) offre.hidden = true;
  // après le geste en cours, qui peut être une prise de focus, et la réponse à sa place
  setTimeout(() => suite.focus(), 60);
};
suite.addEventListener("click", () => {
  if (!fini) garder("passed");
});
addEventListener("pagehide", () => {
  if (!fini && essais) {
    garder("stopped");
    partir();
  }
});
un("[data-indice]").addEventListener("click", () => {
  const indice = donnees.indices[Math.min(rang, donnees.indices.length - 1)];
  rang = Math.min(rang + 1, 3);
  if (rang >= 2) ecran.classList.add("montre");
  dire("info", phrase("Indice."), indice);
});
un("[data-recommencer]").addEventListener("click", () => location.reload());
let defaire = null;
const peutAnnuler = (comment) => {
  defaire = comment;
  annuler.hidden = !comment;
};
annuler.addEventListener("click", () => defaire?.());
addEventListener("keydown", (e) => {
  if (e.key === "Escape" && defaire) {
    e.preventDefault();
    defaire();
  }
});

// ---------------------------------------------------------------------------------------- un jugement sur des mots
const choisir = un("[data-choisir]");
if (choisir) {
  const signes = tous("[data-signe]");
  for (const signe of signes)
    signe.addEventListener("click", () => {
      signe.setAttribute("aria-pressed", "true");
      signe.parentElement.querySelector(".signe-dit").hidden = false;
      if (fini) return; // un signe vu après coup ne remplace pas la réussite
      const reste = signes.filter((s) => s.getAttribute("aria-pressed") !== "true").length;
      dire(
        "info",
        phrase("C’est un signe."),
        reste ? phrase("Il en reste {n}.", { n: reste }) : phrase("Vous les avez tous vus."),
      );
    });
  choisir.addEventListener("submit", (e) => {
    e.preventDefault();
    const choix = un("[type=radio]:checked", choisir);
    if (!choix)
      return dire("warning", phrase("Il manque une réponse."), phrase("Choisissez, puis touchez « Vérifier »."));
    if (!("juste" in choix.dataset))
      return ecart("-choix", [choix.dataset.consequence, phrase("Regardez, puis choisissez encore.")]);
    donnees.reussite = `${choix.dataset.consequence} ${donnees.reussite}`;
    reussir();
  });
}

// ------------------------------------------------------------------------------------------------- remettre en ordre
const ordonner = un("[data-ordonner]");
if (ordonner) {
  const liste = un("ol", ordonner),
    faits = [];
  for (const ligne of tous("li", liste)) {
    un(".place-sans-script", ligne).remove();
    const deux = document.createElement("span");
    deux.className = "sens";
    for (const [mot, signe, sens] of [
      [phrase("Monter"), "↑", -1],
      [phrase("Descendre"), "↓", 1],
    ]) {
      const bouton = document.createElement("button");
      bouton.type = "button";
      bouton.className = "bouton bord";
      bouton.textContent = signe;
      bouton.setAttribute("aria-label", `${mot} : ${un("span", ligne).textContent}`);
      bouton.addEventListener("click", () => {
        const voisin = sens < 0 ? ligne.previousElementSibling : ligne.nextElementSibling;
        if (!voisin)
          return dire("info", phrase(sens < 0 ? "Cette ligne est la première." : "Cette ligne est la dernière."));
        const avant = [...liste.children];
        faits.push(avant);
        voisin[sens < 0 ? "before" : "after"](ligne);
        peutAnnuler(() => {
          liste.append(...faits.pop());
          if (!faits.length) peutAnnuler(null);
        });
        dire(
          "info",
          phrase("Place {n} sur {total}.", {
            n: [...liste.children].indexOf(ligne) + 1,
            total: liste.children.length,
          }),
        );
        bouton.focus();
      });
      deux.append(bouton);
    }
    ligne.append(deux);
  }
  ordonner.addEventListener("submit", (e) => {
    e.preventDefault();
    const faux = [...liste.children].findIndex((ligne, n) => Number(ligne.dataset.place) !== n);
    if (faux < 0) return reussir();
    ecart("ordre", [
      phrase("Regardez la ligne {n}.", { n: faux + 1 }),
      phrase("« {mots} » vient à un autre moment.", { mots: un("span", liste.children[faux]).textContent }),
    ]);
  });
}

// --------------------------------------------------------------------------------------------------------------- viser
const viser = un("[data-viser]");
if (viser) {
  const cibles = tous("[data-cible]", viser),
    survol = viser.dataset.mode === "survol";
  let presse = 0,
    ou = null,
    dernier = 0;
  const toucher = (cible) => {
    if (cible.classList.contains("touche")) return;
    cible.classList.add("touche");
    cible.setAttribute("aria-label", phrase("{mots} : fait", { mots: cible.getAttribute("aria-label") }));
    const reste = cibles.filter((c) => !c.classList.contains("touche")).length;
    if (!reste) return reussir();
    dire("info", phrase("C’est fait."), phrase("Il en reste {n}.", { n: reste }));
  };
  for (const cible of cibles) {
    if (survol) {
      cible.addEventListener("pointerenter", () => toucher(cible));
      cible.addEventListener("focus", () => {
        if (!pointeur) toucher(cible);
      });
    }
    cible.addEventListener("click", (e) => {
      if (e.detail === 0 || !survol) toucher(cible);
      else ecart("appui");
      e.stopPropagation();
    });
  }
  for (const leurre of tous("[data-leurre]", viser))
    leurre.addEventListener("click", (e) => {
      e.stopPropagation();
      ecart("leurre");
    });
  viser.addEventListener("pointerdown", (e) => {
    presse = performance.now();
    ou = [e.clientX, e.clientY];
  });
  viser.addEventListener("pointerup", (e) => {
    const duree = performance.now() - presse,
      loin = Math.hypot(e.clientX - ou?.[0], e.clientY - ou?.[1]);
    if (fini || survol || e.button !== 0) return;
    if (duree > 1200) ecart("long");
    else if (loin > 8) ecart("glisse");
    else if (performance.now() - dernier < 350) ecart("double");
    dernier = performance.now();
  });
  viser.addEventListener("contextmenu", (e) => {
    e.preventDefault();
    ecart("droit");
  });
  viser.addEventListener("click", () => ecart(survol ? "appui" : "a_cote"));
  viser.addEventListener("pointerleave", () => {
    if (survol && !fini)
      setTimeout(() => {
        if (!viser.matches(":hover") && !fini) ecart("dehors");
      }, 4000);
  });
}

// -------------------------------------------------------------------------------------------------------------- gestes
const gestes = un("[data-gestes]");
if (gestes)
  for (const ligne of tous("[data-geste]", gestes)) {
    const zone = un("[data-zone]", ligne),
      quel = ligne.dataset.geste,
      doigts = new Map();
    let debut = 0,
      ou = [0, 0],
      avant = 0,
      ecarte = 0;
    const fait = () => {
      ligne.classList.add("touche");
      const reste = tous("[data-geste]:not(.touche)", gestes).length;
      if (!reste) reussir();
      else dire("info", phrase("C’est le bon geste."), phrase("Il en reste {n}.", { n: reste }));
    };
    zone.addEventListener("pointerdown", (e) => {
      doigts.set(e.pointerId, [e.clientX, e.clientY]);
      debut = performance.now();
      ou = [e.clientX, e.clientY];
      zone.setPointerCapture(e.pointerId);
      if (doigts.size === 2)
        ecarte = Math.hypot(...[0, 1].map((i) => [...doigts.values()][0][i] - [...doigts.values()][1][i]));
    });
    zone.addEventListener("pointermove", (e) => {
      if (!doigts.has(e.pointerId)) return;
      doigts.set(e.pointerId, [e.clientX, e.clientY]);
      if (quel === "agrandir" && doigts.size === 2) {
        const [a, b] = [...doigts.values()];
        if (Math.hypot(a[0] - b[0], a[1] - b[1]) > ecarte + 30) {
          doigts.clear();
          fait();
        }
      }
    });
    zone.addEventListener("pointerup", (e) => {
      if (!doigts.delete(e.pointerId) || ligne.classList.contains("touche")) return;
      const duree = performance.now() - debut,
        loin = Math.hypot(e.clientX - ou[0], e.clientY - ou[1]);
      const lu = loin > 40 ? "glisser" : duree > 600 ? "long" : performance.now() - avant < 500 ? "double" : "court";
      avant = performance.now();
      if (lu === quel || (quel === "court" && lu === "double")) fait();
      else if (!(quel === "double" && lu === "court") && quel !== "agrandir") ecart(lu);
    });
    zone.addEventListener("contextmenu", (e) => e.preventDefault());
    zone.addEventListener("click", (e) => {
      if (e.detail === 0) fait();
    });
    un("[data-autrement]", ligne).addEventListener("click", fait);
  }

// -------------------------------------------------------------------- mettre à sa place : en glissant, ou en deux fois
const mettre = un("[data-mettre]");
if (mettre) {
  const objets = tous("[data-objet]", mettre),
    places = tous("[data-place]", mettre),
    source = un(".objets", mettre);
  let pris = null,
    fantome = null;
  const nom = (objet) => un("span", objet).textContent;
  const compter = () => {
    for (const p of places) {
      const n = tous("[data-objet]", p).length;
      un("[data-compte]", p).textContent = ` ${phrase("Déjà posés : {n}", { n })}`;
    }
  };
  const prendre = (objet) => {
    pris = pris === objet ? null : objet;
    for (const o of objets) un("button", o).setAttribute("aria-pressed", String(o === pris));
    mettre.classList.toggle("tient", !!pris);
    if (pris)
      dire(
        "info",
        phrase("{objet} : pris.", { objet: nom(pris) }),
        places.length > 1
          ? phrase("Touchez sa place.")
          : phrase("Touchez « {place} ».", { place: un("span", places[0]).textContent }),
      );
  };
  const poser = (objet, place) => {
    const chez = objet.parentElement;
    if (objet.dataset.ou !== place.dataset.place) {
      prendre(objet);
      return ecart("mauvaise_place", [
        phrase("{objet} ne va pas là.", { objet: nom(objet) }),
        phrase("Essayez une autre place."),
      ]);
    }
    un("ul", place).append(objet);
    pris = objet;
    prendre(objet);
    compter();
    peutAnnuler(() => {
      chez.append(objet);
      compter();
      peutAnnuler(null);
      un("button", objet).focus();
    });
    const reste = objets.filter((o) => o.dataset.ou && o.parentElement === source).length;
    if (!reste) return reussir();
    dire("info", phrase("{objet} : posé.", { objet: nom(objet) }), phrase("Il en reste {n}.", { n: reste }));
  };
  for (const objet of objets) {
    const bouton = un("button", objet);
    let depart = null,
      glisse = false;
    bouton.addEventListener("click", () => {
      if (objet.parentElement === source && !glisse) prendre(objet);
    });
    bouton.addEventListener("pointerdown", (e) => {
      if (e.button === 0 && objet.parentElement === source) {
        depart = [e.clientX, e.clientY];
        bouton.setPointerCapture(e.pointerId);
      }
    });
    bouton.addEventListener("pointermove", (e) => {
      if (!depart) return;
      const [dx, dy] = [e.clientX - depart[0], e.clientY - depart[1]];
      if (!fantome && Math.hypot(dx, dy) > 8) fantome = objet;
      if (fantome) objet.style.transform = `translate(${dx}px, ${dy}px)`;
    });
    const lacher = (e) => {
      if (!depart) return;
      depart = null;
      objet.style.transform = "";
      if (!fantome) return;
      fantome = null;
      glisse = true; // l’appui qui finit le geste ne prend rien
      setTimeout(() => {
        glisse = false;
      }, 0);
      const place = document
        .elementsFromPoint(e.clientX, e.clientY)
        .map((x) => x.closest("[data-place]"))
        .find(Boolean);
      if (place) poser(objet, place);
      else
        ecart("lache", [
          phrase("{objet} est revenu.", { objet: nom(objet) }),
          phrase("Vous pouvez aussi le toucher, puis toucher sa place."),
        ]);
    };
    bouton.addEventListener("pointerup", lacher);
    bouton.addEventListener("pointercancel", lacher);
  }
  for (const place of places)
    un(".place-bouton", place).addEventListener("click", () => {
      if (pris) poser(pris, place);
      else dire("info", phrase("Prenez d’abord quelque chose."), phrase("Touchez-le, puis touchez sa place."));
    });
  compter();
}

// ------------------------------------------------------------------------------------------------------------ défiler
un("[data-defiler] [data-trouve]")?.addEventListener("click", reussir);

// -------------------------------------------------------------------------------------------------------------- taper
const taper = un("[data-taper]");
if (taper) {
  const modeles = tous("[data-modele]", taper),
    tolere = taper.dataset.tolere;
  const net = (texte) => {
    let t = texte.replace(/\u2019/g, "'");
    if (tolere.includes("espaces")) t = t.trim().replace(/\s+/g, " ");
    if (tolere.includes("majuscules")) t = t.toLowerCase();
    if (tolere.includes("accents")) t = t.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
    return t;
  };
  // Le clavier à l’écran : pour qui n’en a pas, ou ne trouve pas une touche.
  const clavier = un("[data-clavier]", taper),
    ouvrir = un("[data-clavier-ouvrir]", taper);
  let majuscule = false;
  const champDuMoment = () =>
    un(
      "input",
      modeles.find((m) => !m.hidden),
    );
  // Où l’on en est dans chaque champ : un navigateur l’oublie dès que le focus passe sur une touche.
  const places = new WeakMap();
  for (const champ of tous("input", taper))
    champ.addEventListener("blur", () => places.set(champ, [champ.selectionStart, champ.selectionEnd]));
  const ecrire = (quoi) => {
    const champ = champDuMoment(),
      [debut, fin] = places.get(champ) ?? [champ.value.length, champ.value.length];
    const depuis = quoi === null && debut === fin ? Math.max(debut - 1, 0) : debut,
      apres = depuis + (quoi ?? "").length;
    champ.setRangeText(quoi ?? "", depuis, fin, "end");
    places.set(champ, [apres, apres]);
  };
  const touches = () => {
    clavier.replaceChildren(
      ...["1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn'-.@", "éèàçêù_/:!"].map((rang) => {
        const ligne = document.createElement("div");
        ligne.append(
          ...[...rang].map((t) =>
            touche(majuscule ? t.toUpperCase() : t, () => {
              ecrire(majuscule ? t.toUpperCase() : t);
              if (majuscule) {
                majuscule = false;
                touches();
              }
            }),
          ),
        );
        return ligne;
      }),
      (() => {
        const bas = document.createElement("div");
        bas.append(
          touche(
            phrase("Maj"),
            () => {
              majuscule = !majuscule;
              touches();
              un("[data-maj]", clavier).focus();
            },
            majuscule,
          ),
          touche(phrase("Espace"), () => ecrire(" ")),
          touche(phrase("Effacer"), () => ecrire(null)),
          touche(phrase("Entrée"), () => taper.requestSubmit()),
        );
        bas.firstChild.dataset.maj = "";
        return bas;
      })(),
    );
  };
  const touche = (mot, quand, appuyee) => {
    const t = document.createElement("button");
    t.type = "button";
    t.className = "touche-ecran";
    t.textContent = mot;
    if (appuyee !== undefined) t.setAttribute("aria-pressed", String(appuyee));
    t.addEventListener("click", quand);
    return t;
  };
  ouvrir.addEventListener("click", () => {
    clavier.hidden = !clavier.hidden;
    ouvrir.setAttribute("aria-expanded", String(!clavier.hidden));
    if (!clavier.hidden) touches();
  });
  taper.addEventListener("submit", (e) => {
    e.preventDefault();
    const bloc = modeles.find((m) => !m.hidden),
      champ = un("input", bloc),
      voulu = bloc.dataset.modele,
      dit = champ.value;
    if (!dit.trim()) {
      champ.focus();
      return dire("info", phrase("Écrivez d’abord."), phrase("Touchez le rectangle, puis le clavier."));
    }
    if (net(dit) === net(voulu)) {
      const suivant = modeles[modeles.indexOf(bloc) + 1];
      if (!suivant) return reussir();
      bloc.hidden = true;
      suivant.hidden = false;
      dire("success", phrase("C’est bien écrit."), phrase("Encore un."));
      return un("input", suivant).focus();
    }
    const quoi =
      dit.trim() === voulu ? "espace" : dit.toLowerCase() === voulu.toLowerCase() ? "majuscule" : "different";
    let n = 0;
    while (n < voulu.length && net(dit)[n] === net(voulu)[n]) n += 1;
    const manque = voulu[n] === " " ? phrase("une espace") : voulu[n];
    ecart(quoi, [
      phrase("Presque."),
      n < voulu.length
        ? phrase("Regardez après « {mots} » : il faut « {signe} ».", {
            mots: voulu.slice(0, n) || phrase("le début"),
            signe: manque,
          })
        : phrase("Il y a quelque chose en trop à la fin : effacez-le."),
    ]);
    champ.focus();
  });
}

// --------------------------------------------------------- une chose simulée : des écrans qui mènent à des écrans
const simule = un("[data-ecrans]");
if (simule) {
  const { depart, but, ecrans } = donnees.scene,
    chemin = [];
  let ici = depart,
    faits = new Set(),
    saisis = {};
  // Ce qui se tape au clavier : la casse, les accents, la forme de l’apostrophe et les espaces ne comptent pas.
  const ote = (texte) =>
    texte
      .trim()
      .replace(/\s+/g, " ")
      .replace(/\u2019/g, "'")
      .toLowerCase()
      .normalize("NFD")
      .replace(/[\u0300-\u036f]/g, "");
  const visible = (e) => (e.si ?? []).every((f) => faits.has(f)) && !(e.sauf ?? []).some((f) => faits.has(f));
  const fabrique = (balise, classe, texte) => {
    const x = document.createElement(balise);
    if (classe) x.className = classe;
    if (texte) x.textContent = texte;
    return x;
  };
  const direEcart = ({ quand, message, geste }) => ecart(`-${quand}`, [message, geste]);
  const juger = () => {
    for (const e of ecrans[ici].elements.filter((x) => visible(x) && x.nom)) {
      const dit = saisis[e.nom] ?? "";
      const manque = e.obligatoire !== false && !dit && e.type !== "case";
      const champ = un(`[name="${e.nom}"]`, simule);
      champ?.removeAttribute("aria-invalid");
      const faux = e.type !== "case" && e.juste?.length && !e.juste.some((j) => ote(j) === ote(dit));
      if (manque || faux) {
        champ?.setAttribute("aria-invalid", "true");
        champ?.focus();
        const dits = e.ecarts?.find((x) => ote(x.quand) === ote(dit)) ?? (manque ? null : e.ecart);
        if (!dits)
          ecart("-champ", [
            phrase(manque ? "Il manque : {champ}" : "Regardez : {champ}", { champ: e.texte }),
            phrase(manque ? "Remplissez-le, puis continuez." : "Ce n’est pas ce que dit votre papier."),
          ]);
        else direEcart(dits);
        return false;
      }
      if (e.type === "case" && e.juste?.length && !e.juste.includes(dit ? "oui" : "non")) {
        if (e.ecart) direEcart(e.ecart);
        else ecart("-case");
        return false;
      }
    }
    return true;
  };
  // Un écran dont toute sortie est un écart : on le dit en y entrant, pas en revenant.
  let dejaDit = null;
  const sansIssue = (nom) => {
    const sorties = ecrans[nom].elements.filter((x) => (x.vers || x.fait) && visible(x));
    return sorties.length && sorties.every((x) => x.ecart) ? sorties[0].ecart : null;
  };
  const aller = (e) => {
    if (e.verifie && !juger()) return;
    chemin.push([ici, new Set(faits), { ...saisis }]);
    const mene = e.vers && e.vers !== but.ecran ? sansIssue(e.vers) : null;
    if (e.ecart && e.ecart !== dejaDit) direEcart(e.ecart);
    else if (mene) direEcart(mene);
    else retour.replaceChildren();
    dejaDit = mene;
    if (e.fait) faits.add(e.fait);
    if (e.defait) faits.delete(e.defait);
    if (e.vers) ici = e.vers;
    montrer(true);
    if ((!but.ecran || but.ecran === ici) && (but.faits ?? []).every((f) => faits.has(f))) reussir();
  };
  const montrer = (bouge) => {
    const e = ecrans[ici],
      dans = fabrique("div", "simule-ecran"),
      tete = fabrique("div", "simule-tete");
    if (e.adresse) tete.append(fabrique("p", "adresse", e.adresse));
    const titre = fabrique("h2", "", e.titre);
    titre.tabIndex = -1;
    tete.append(titre);
    const nouveaux = e.elements.filter((x) => x.type === "message" && x.nouveau && visible(x)).length;
    if (nouveaux) tete.append(fabrique("p", "non-lus", phrase("Non lus : {n}", { n: nouveaux })));
    dans.append(tete);
    if (e.dit) dans.append(fabrique("p", "simule-dit", e.dit));
    for (const x of e.elements.filter(visible)) dans.append(element(x, tete));
    simule.replaceChildren(dans);
    if (bouge) titre.focus({ preventScroll: true });
    if (bouge && titre.getBoundingClientRect().top < 0) simule.scrollIntoView({ block: "start", behavior: "instant" });
    peutAnnuler(
      chemin.length && !fini
        ? () => {
            [ici, faits, saisis] = chemin.pop();
            retour.replaceChildren();
            montrer(true);
          }
        : null,
    );
  };
  // la même à chaque fois
  const teinte = (nom = "") => [...nom].reduce((somme, lettre) => somme + lettre.codePointAt(0), 0) % 4;
  const element = (x, tete) => {
    if (x.type === "texte") return fabrique("p", "", x.texte);
    if (x.type === "titre") return fabrique("h3", "", x.texte);
    if (x.type === "dessin") {
      const d = un(`template[data-dessin="${x.dessin}"]`);
      return d ? d.content.cloneNode(true) : fabrique("span");
    }
    if (["bouton", "lien", "icone", "message"].includes(x.type)) {
      const b = fabrique(
        "button",
        {
          bouton: "bouton bord",
          lien: "simule-lien",
          icone: "simule-icone",
          message: `simule-message${x.nouveau ? " nouveau" : ""}`,
        }[x.type],
      );
      b.type = "button";
      if (x.type === "message") {
        b.append(
          fabrique("span", `rond teinte-${teinte(x.de)}`, x.de?.[0]),
          fabrique("span", "de", x.de),
          fabrique("span", "heure", x.heure),
          fabrique("span", "objet", x.texte),
          fabrique("span", "debut", x.suite),
        );
        if (x.nouveau) b.append(fabrique("span", "hors-ecran", phrase("non lu")));
      } else if (x.type === "icone") {
        b.textContent = x.signe ?? "×";
        b.setAttribute("aria-label", x.texte);
        tete.append(b);
      } else b.textContent = x.texte;
      b.addEventListener("click", () => aller(x));
      return x.type === "icone" ? document.createTextNode("") : b;
    }
    const bloc = fabrique("div", "champ");
    if (x.type === "case") {
      const l = fabrique("label", "simule-case"),
        c = fabrique("input");
      c.type = "checkbox";
      c.name = x.nom;
      if (!(x.nom in saisis)) saisis[x.nom] = x.coche ? "oui" : "";
      c.checked = !!saisis[x.nom];
      c.addEventListener("change", () => {
        saisis[x.nom] = c.checked ? "oui" : "";
      });
      l.append(c, fabrique("span", "", x.texte));
      bloc.append(l);
      return bloc;
    }
    if (!(x.nom in saisis) && x.deja) saisis[x.nom] = x.deja;
    if (x.type === "choix") {
      const f = fabrique("fieldset", "simule-choix");
      f.append(fabrique("legend", "", x.texte));
      for (const o of x.options) {
        const l = fabrique("label", "simule-case"),
          r = fabrique("input");
        r.type = "radio";
        r.name = x.nom;
        r.checked = saisis[x.nom] === o;
        r.addEventListener("change", () => {
          saisis[x.nom] = o;
        });
        l.append(r, fabrique("span", "", o));
        f.append(l);
      }
      return f;
    }
    const l = fabrique("label", "", x.texte),
      id = `simule-${x.nom}`;
    l.htmlFor = id;
    if (x.type === "liste") {
      const s = fabrique("select");
      s.id = id;
      s.name = x.nom;
      for (const o of ["", ...x.options]) {
        const p = fabrique("option", "", o || "Choisir…");
        p.value = o;
        s.append(p);
      }
      s.value = saisis[x.nom] ?? "";
      s.addEventListener("change", () => {
        saisis[x.nom] = s.value;
      });
      bloc.append(l, s);
      return bloc;
    }
    const i = fabrique("input");
    i.id = id;
    i.name = x.nom;
    i.type = x.cache ? "password" : "text";
    i.value = saisis[x.nom] ?? "";
    for (const non of ["autocomplete", "autocapitalize", "autocorrect"]) i.setAttribute(non, "off");
    i.spellcheck = false;
    i.addEventListener("input", () => {
      saisis[x.nom] = i.value;
    });
    i.addEventListener("keydown", (touche) => {
      const valide = ecrans[ici].elements.find((y) => y.verifie && visible(y));
      if (touche.key === "Enter" && valide) aller(valide);
    });
    bloc.append(l, i);
    return bloc;
  };
  montrer(false);
}

// L’exercice est prêt : il prend la place de ce qui se dit sans lui.
for (const bloc of tous("[data-script]")) bloc.hidden = false;
for (const bloc of tous("[data-sans-script]")) bloc.hidden = true;
