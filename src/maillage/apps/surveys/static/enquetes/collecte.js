// Interroger quelqu’un sans réseau : une question par écran, gardée à chaque réponse, reprise là où l’on en était.

import { bientot, demanderKit, envoyer, fichiers, paquet, surChangement } from "./envoi.js";
import { ecrit } from "./expressions.js";
import {
  abandonner,
  commencer,
  compter,
  ecartHorloge,
  ecrire,
  garderLien,
  heure,
  liens,
  note,
  noter,
  numero,
  oterLien,
  relireHeure,
  renvoyer,
  reponses,
} from "./memoire.js";
import { clef, completer, couper, dire, PHRASES, placer } from "./questionnaire.js";
import { afficher, estDite, lisible, mot, offerts, rempli } from "./reponse.js";

const page = document.querySelector(".collecte"),
  { langues: LANGUES, moyens: MOYENS } = JSON.parse(document.getElementById("collecte").textContent);
const un = (quoi, dans = page) => dans.querySelector(quoi),
  tous = (quoi, dans = page) => [...dans.querySelectorAll(quoi)];
const icone = (nom) => document.getElementById(`icone-${nom}`).content.cloneNode(true);
const creer = (nom, proprietes = {}, ...dedans) => {
  const e = Object.assign(document.createElement(nom), proprietes);
  e.append(...dedans);
  return e;
};
const bouton = (mots, classe, faire, icon) => {
  const b = creer(
    "button",
    { type: "button", className: `bouton ${classe}` },
    mots,
    ...(icon ? [" ", icone(icon)] : []),
  );
  b.addEventListener("click", faire);
  return b;
};
const s = (n) => (n > 1 ? "s" : "");
const RAFRAICHIR = 600_000,
  PEU = 50_000_000,
  FAUSSE = 300_000; // un questionnaire relu toutes les 10 minutes ; octets ; une horloge fausse de 5 minutes

let lien,
  seance,
  brouillon,
  forme,
  ecran,
  panne = null;
const jour = () => {
  const d = heure();
  return [d.getFullYear(), d.getMonth() + 1, d.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
};
const instant = () => `${jour()}T${heure().toTimeString().slice(0, 8)}`;

// --------------------------------------------------------------------------------------------------------- les écrans
const montrer = (nom, titre) => {
  const debut = !ecran;
  ecran = nom;
  for (const e of tous("[data-ecran]")) e.hidden = e.dataset.ecran !== nom;
  document.querySelector("[data-arreter]").hidden = !["question", "fin"].includes(nom);
  document.title = `${titre} · Collecte · Maillage`;
  if (nom !== "accueil" && !history.state?.garde) history.pushState({ garde: true }, "");
  document.dispatchEvent(new Event("ecran")); // la lecture à voix haute s’arrête
  scrollTo(0, 0);
  if (!debut) un(`[data-ecran="${nom}"] h1`).focus({ preventScroll: true });
};
addEventListener("popstate", () => {
  if (ecran !== "accueil") reculer();
});
const reculer = () => {
  if (ecran === "question") precedente();
  else if (ecran === "fin") versQuestion(etapes().at(-1));
  else accueil();
};

// ----------------------------------------------------------------------------------------- ce qui va, ce qui ne va pas
const panneDe = (raison) => {
  panne = raison;
  const plein = raison?.name === "QuotaExceededError";
  un("[data-alerte-dit]").textContent =
    (plein
      ? "Cet appareil n’a plus de place : la dernière réponse n’est pas gardée. "
      : "Cet appareil n’a pas pu garder la dernière réponse. ") +
    "Ne fermez pas cette page. " +
    (plein ? "Libérez de la place (photos, applications), puis continuez" : "Continuez") +
    " : elle sera gardée avec la suivante. Sinon, enregistrez les réponses dans un fichier.";
  un("[data-alerte]").hidden = false;
};
const guerie = () => {
  if (panne) {
    panne = null;
    un("[data-alerte]").hidden = true;
  }
};
const dansUnFichier = async () => {
  const lots = await fichiers().catch(() => []);
  if (panne && brouillon)
    lots.push({
      nom: "maillage-reponse-en-cours.json",
      texte: JSON.stringify(
        { maillage: "reponses", survey: lien?.kit?.enquete ?? 0, reponses: [paquet(brouillon)] },
        null,
        1,
      ),
    });
  for (const { nom, texte } of lots) {
    const a = creer("a", { download: nom, href: URL.createObjectURL(new Blob([texte], { type: "application/json" })) });
    document.body.append(a);
    a.click();
    a.remove();
    setTimeout(() => URL.revokeObjectURL(a.href), 60_000);
  }
  const { brouillons } = await compter().catch(() => ({ brouillons: 0 })),
    reste = brouillons ? " Les réponses à finir n’y sont pas : finissez-les d’abord." : "";
  un("[data-envoi-dit]").textContent = lots.length
    ? `Le fichier est enregistré. Les réponses restent aussi sur cet appareil.${reste}`
    : `Il n’y a aucune réponse en attente à enregistrer.${reste}`;
};
un("[data-fichier]").addEventListener("click", dansUnFichier);
un("[data-alerte-fichier]").addEventListener("click", dansUnFichier);

const compteDit = ({ attente, envoyees }) =>
  `${attente} réponse${s(attente)} en attente, ${envoyees} envoyée${s(envoyees)}`;
let dernier = {};
const file = async ({ travail, souci } = {}) => {
  let compte;
  try {
    compte = await compter();
  } catch (raison) {
    return panneDe(raison);
  }
  document.querySelector("[data-file]").textContent = un("[data-file-longue]").textContent = compteDit(compte);
  const b = un("[data-envoyer]");
  if (travail !== undefined) {
    b.classList.toggle("attente", travail);
    un("span", b).textContent = travail ? "Envoi…" : "Envoyer maintenant";
    dernier = { souci };
    if (!travail) un("[data-envoi-dit]").textContent = souciDit(compte);
  }
  if (ecran === "accueil") await dessinerAccueil();
  return compte;
};
const souciDit = ({ attente }) => {
  const { souci } = dernier;
  if (souci?.etat === 403 || souci?.etat === 429) return souci.dit;
  if (!attente) return "Tout est envoyé.";
  const elles =
    attente > 1
      ? `Vos ${attente} réponses sont gardées ici. Elles partiront toutes seules.`
      : "Votre réponse est gardée ici. Elle partira toute seule.";
  return `${souci?.etat ? "Le serveur ne peut rien prendre pour l’instant." : "Pas de réseau."} ${elles}`;
};
surChangement(file);
un("[data-envoyer]").addEventListener("click", () => envoyer({ aussi: true }));
un("[data-renvoyer]").addEventListener("click", async () => {
  await renvoyer();
  await file();
  await envoyer();
});

// ----------------------------------------------------------------------------------------------------------- l’accueil
const accueil = async () => {
  lien = brouillon = forme = undefined;
  await dessinerAccueil();
  montrer("accueil", "Vos enquêtes");
  file();
};
const heureDite = (quand) =>
  new Date(quand).toLocaleString("fr-FR", { weekday: "long", hour: "numeric", minute: "2-digit" });
const dessinerAccueil = async () => {
  const [eux, finies, refusees] = await Promise.all([liens(), reponses("brouillon"), reponses("refusee")]);
  eux.sort((a, b) => a.rang - b.rang);
  const parJeton = new Map(eux.map((l) => [l.jeton, l]));
  un("[data-aucune]").hidden = eux.length > 0;
  un("[data-enquetes]").replaceChildren(...eux.map(carton));
  un("[data-reprendre]").hidden = !finies.length;
  un("[data-reprendre-dit]").textContent = `${finies.length} réponse${s(finies.length)} à finir`;
  un("[data-brouillons]").replaceChildren(
    ...finies.map((b) =>
      creer(
        "li",
        {},
        creer(
          "span",
          {},
          `${parJeton.get(b.jeton)?.kit?.titre ?? "Enquête"}, commencée ${heureDite(b.commencee)}, ` +
            `${Object.keys(b.valeurs).length} réponses données`,
        ),
        bouton("Reprendre", "plein", () => reprendre(b)),
        bouton("Effacer", "texte", async () => {
          if (confirm("Effacer cette réponse commencée ? La personne ne pourra pas être réinterrogée.")) {
            await abandonner(b.uid);
            await accueil();
          }
        }),
      ),
    ),
  );
  un("[data-refusees]").hidden = !refusees.length;
  un("[data-refusees-liste]").replaceChildren(
    ...refusees.map((r) => creer("li", {}, creer("span", {}, `${heureDite(r.finie ?? r.commencee)} : ${r.motif}`))),
  );
  const faux = Math.abs(ecartHorloge()) > FAUSSE;
  un("[data-etat-heure]").hidden = !faux;
  if (faux)
    un("[data-etat-heure] span").textContent =
      `L’horloge de cet appareil ${ecartHorloge() < 0 ? "avance" : "retarde"} ` +
      `de ${duree(Math.abs(ecartHorloge()))}. Les heures envoyées sont corrigées.`;
};
const duree = (ms) => {
  const m = Math.round(ms / 60_000);
  return m < 120 ? `${m} minutes` : m < 2880 ? `${Math.round(m / 60)} heures` : `${Math.round(m / 1440)} jours`;
};
const carton = (l) => {
  const { kit } = l,
    c = creer("li", { className: "carton" });
  c.append(creer("h2", { className: "titre-3" }, kit?.titre ?? "Une enquête qui arrive"));
  if (kit?.enqueteur) c.append(creer("p", {}, `Enquêteur : ${kit.enqueteur}`));
  if (l.refus) c.append(creer("p", { className: "erreur" }, l.refus));
  else if (!kit) c.append(creer("p", {}, "Le lien est gardé. Le questionnaire arrivera dès qu’il y aura du réseau."));
  else if (kit.fermee)
    c.append(
      creer(
        "p",
        { className: "doute" },
        creer(
          "span",
          {},
          "Cette enquête est terminée : plus personne n’est interrogé. Ce qui est en attente part encore.",
        ),
      ),
    );
  else if (kit.etat === "draft")
    c.append(
      creer(
        "p",
        { className: "doute" },
        creer(
          "span",
          {},
          "Cette enquête est en préparation : essayez-la, les vraies réponses attendent son ouverture.",
        ),
      ),
    );
  const gestes = creer("p", { className: "rangee" });
  if (kit && !kit.fermee && !l.refus) gestes.append(bouton("Commencer", "plein grand", () => ouvrir(l), "suite"));
  gestes.append(
    bouton("Retirer", "texte", async () => {
      if (!confirm("Retirer cette enquête de l’appareil ? Il faudra son lien pour la remettre.")) return;
      if (!(await oterLien(l.jeton)))
        return alert("Des réponses à cette enquête sont encore sur l’appareil. Envoyez-les, ou finissez-les d’abord.");
      await accueil();
    }),
  );
  gestes.lastChild.setAttribute("aria-label", `Retirer de l’appareil : ${kit?.titre ?? "cette enquête"}`);
  c.append(gestes);
  return c;
};
for (const b of tous("[data-accueil]")) b.addEventListener("click", accueil);

// ---------------------------------------------------------------------------------------- la séance : qui, où, comment
const ouvrir = async (l) => {
  lien = l;
  seance = await note(`seance-${l.jeton}`, null);
  if (seance && (seance.lieu === null || l.kit.lieux.some((p) => p.id === seance.lieu))) return personne();
  return choisirSeance();
};
const choisirSeance = () => {
  const { kit } = lien,
    lieux = un("[data-seance-lieux]"),
    dit = seance ?? {};
  un("[data-seance-enquete]").textContent = `${kit.titre} · ${kit.enqueteur}`;
  lieux.hidden = !kit.lieux.length;
  const choix = [...kit.lieux.map((p) => [String(p.id), p.nom]), ["", "Ailleurs"]];
  un(".reponses", lieux).replaceChildren(
    ...choix.map(([v, nom]) =>
      creer(
        "label",
        { className: "reponse" },
        creer("input", {
          type: "radio",
          name: "lieu",
          value: v,
          required: true,
          checked: kit.lieux.length ? String(dit.lieu ?? "") === v && Boolean(seance) : v === "",
        }),
        creer("span", {}, nom),
      ),
    ),
  );
  const moyens = tous("[data-seance] [name=moyen]");
  moyens[0].closest("fieldset").hidden = kit.borne;
  for (const m of moyens) {
    m.checked = m.value === (dit.moyen ?? "street");
    m.required = !kit.borne;
  }
  un(".reponses", lieux).onchange = ({ target }) => {
    const prevu = kit.lieux.find((p) => String(p.id) === target.value)?.moyen;
    for (const m of moyens) if (m.value === prevu) m.checked = true;
  };
  montrer("seance", "Avant de commencer");
};
un("form[data-seance]").addEventListener("submit", async (e) => {
  e.preventDefault();
  const dit = new FormData(e.target),
    lieu = dit.get("lieu");
  seance = { lieu: lieu ? Number(lieu) : null, moyen: lien.kit.borne ? "kiosk" : dit.get("moyen") };
  await noter(`seance-${lien.jeton}`, seance);
  personne();
});
un("[data-changer-seance]").addEventListener("click", choisirSeance);
const ou = (r) => [lien.kit.lieux.find((p) => p.id === r.lieu)?.nom, MOYENS[r.moyen]].filter(Boolean).join(" · ");

const personne = (gardee = false) => {
  const { kit } = lien,
    langues = kit.langues.length ? kit.langues : ["fr"];
  brouillon = undefined;
  un("#titre-personne").textContent = gardee ? "Personne suivante" : "Une personne";
  un("[data-gardee]").hidden = !gardee;
  un('[data-ecran="personne"] [data-ou]').textContent = ou(seance);
  un("[data-avant]").textContent =
    `« Nous faisons une enquête : ${kit.titre}. ${kit.but || ""} ` +
    "Vos réponses sont anonymes : ni votre nom, ni votre adresse. " +
    "Vous pouvez ne pas répondre à une question, et arrêter quand vous voulez. »";
  const bloc = un("[data-langues]");
  bloc.hidden = langues.length < 2;
  un(".reponses", bloc).replaceChildren(
    ...langues.map((code, n) => {
      const nom = creer("span", { lang: code, dir: LANGUES[code]?.sens ?? "auto" }, LANGUES[code]?.nom ?? code);
      return creer(
        "label",
        { className: "reponse" },
        creer("input", { type: "radio", name: "langue", value: code, checked: !n }),
        nom,
      );
    }),
  );
  montrer("personne", gardee ? "Personne suivante" : "Une personne");
};
un("[data-commencer]").addEventListener("click", async () => {
  const { kit } = lien,
    langue = un("[name=langue]:checked")?.value ?? "fr";
  forme = definition(lien, kit.version);
  brouillon = {
    uid: numero(),
    jeton: lien.jeton,
    etat: "brouillon",
    version: kit.version,
    moyen: seance.moyen,
    lieu: seance.lieu,
    langue,
    commencee: heure().toISOString(),
    finie: null,
    valeurs: defauts(forme),
    question: "",
    fois: {},
    motif: "",
  };
  try {
    await commencer(brouillon);
  } catch (raison) {
    panneDe(raison);
  }
  versQuestion(etapes()[0]);
});
const definition = (l, version) => l.kit.versions.find((v) => v.numero === version)?.definition;
const defauts = (q) =>
  Object.fromEntries(
    [...placer(q).values()]
      .filter(({ question }) => question.default && !["hidden", "calculate"].includes(question.kind))
      .map(({ question }) => {
        let vaut = question.default;
        if (/\(/.test(vaut))
          try {
            vaut = ecrit(vaut, { aujourdhui: jour(), moment: instant() });
          } catch {
            vaut = "";
          }
        return [question.name, vaut];
      })
      .filter(([, v]) => v),
  );
const reprendre = async (b) => {
  lien = (await liens()).find((l) => l.jeton === b.jeton);
  forme = lien?.kit && definition(lien, b.version);
  if (!forme)
    return alert("Le questionnaire de cette réponse n’est pas sur l’appareil : retrouvez du réseau, puis reprenez.");
  brouillon = b;
  seance = { lieu: b.lieu, moyen: b.moyen };
  const suite = etapes();
  if (b.question === "fin") return versFin();
  return versQuestion(suite.includes(b.question) ? b.question : suite[0]);
};

// ------------------------------------------------------------------------------------------------------- les questions
// Une partie qui se répète est posée autant de fois qu’on l’a demandé ; une première réponse supposée y fait paraître
// ses questions.
const completee = () => {
  const brut = { ...brouillon.valeurs };
  for (const { question, encore } of placer(forme).values()) {
    for (let n = 2; encore && estDite(question) && n <= (brouillon.fois[encore.name] ?? 1); n += 1)
      brut[clef(question.name, n)] ??= "nsp";
  }
  return completer(forme, brut, jour(), { langue: brouillon.langue, moment: instant() });
};
const etapes = () => {
  const places = placer(forme),
    suite = [];
  let avant = null,
    groupe = null;
  // par partie qui se répète, une fois après l’autre, puis « encore ? »
  const rangs = completee().posees.map((cle) => {
    const [nom, n] = couper(cle);
    return { cle, n, encore: places.get(nom).encore };
  });
  const rendre = () => {
    if (groupe) {
      groupe.sort((a, b) => a.n - b.n);
      suite.push(...groupe.map((r) => r.cle), `+${avant.name}`);
      groupe = null;
    }
  };
  for (const r of rangs) {
    if (r.encore !== avant) rendre();
    avant = r.encore;
    if (r.encore) {
      groupe ??= [];
      groupe.push(r);
    } else suite.push(r.cle);
  }
  rendre();
  return suite;
};
const groupeDe = (nom, items = forme.items) => {
  for (const i of items)
    if (i.items) {
      if (i.name === nom) return i;
      const la = groupeDe(nom, i.items);
      if (la) return la;
    }
  return null;
};

let ecriture = Promise.resolve();
const garder = () => {
  const copie = structuredClone(brouillon),
    etat = un("[data-garde]");
  ecriture = ecriture.then(async () => {
    try {
      const tient = (await ecrire(copie)) || (panne && (await commencer(copie).then(() => true)));
      guerie();
      etat.textContent = "gardé à chaque réponse";
      if (!tient && brouillon?.uid === copie.uid) {
        alert("Cette réponse a été finie ou effacée dans un autre onglet.");
        await accueil();
      }
    } catch (raison) {
      etat.textContent = "pas gardé";
      panneDe(raison);
    }
  });
  return ecriture;
};
const changer = (cle, valeur) => {
  if (valeur) brouillon.valeurs[cle] = valeur;
  else delete brouillon.valeurs[cle];
  return garder();
};
const versQuestion = (cle) => {
  if (!cle) return versFin();
  brouillon.question = cle;
  garder();
  const suite = etapes(),
    langue = brouillon.langue,
    bloc = un("[data-langue]"),
    sens = LANGUES[langue]?.sens ?? "ltr";
  Object.assign(bloc, { lang: langue, dir: sens });
  un("[data-avance]").value = suite.indexOf(cle) / suite.length;
  un("[data-rang]").textContent = `Question ${suite.indexOf(cle) + 1}`;
  un('[data-ecran="question"] [data-ou]').textContent = ou(brouillon);
  un("[data-erreur]").textContent = "";
  un("[data-revenir] span").textContent = mot("revenir", langue);
  un("form[data-question] [type=submit] span").textContent = mot("suivant", langue);
  if (cle.startsWith("+")) return encore(cle.slice(1));
  const [nom, n] = couper(cle),
    { question, groupes } = placer(forme).get(nom),
    { valeurs } = completee();
  const titres = groupes.map((g) => dire(g.label, langue)).filter(Boolean);
  un("[data-partie]").textContent = [...titres, n > 1 ? `n° ${n}` : ""].filter(Boolean).join(" · ");
  un("#question").textContent = rempli(dire(question.label, langue), forme, valeurs, langue);
  const comment = { many: mot("plusieurs", langue), rank: mot("rang", langue) }[question.kind] ?? "";
  un("[data-aide]").textContent = [rempli(dire(question.hint, langue), forme, valeurs, langue), comment]
    .filter(Boolean)
    .join(" ");
  const valeur = brouillon.valeurs[cle] ?? "",
    tus = tous("[data-tus] input");
  const cadre = { questionnaire: forme, question, cle, langue, choix: offerts(forme, question, valeurs, jour(), cle) };
  const poser = (v) =>
    afficher(un("[data-champ]"), cadre, v, (dite) => {
      for (const t of tus) t.checked = false;
      un("[data-erreur]").textContent = "";
      changer(cle, dite);
    });
  poser(valeur);
  un("[data-tus]").hidden = !estDite(question);
  tus.forEach((t) => {
    t.checked = t.value === valeur;
    t.nextElementSibling.textContent = mot(t.value, langue);
    t.onchange = () => {
      for (const autre of tus) if (autre !== t) autre.checked = false;
      poser("");
      changer(cle, t.checked ? t.value : "");
    };
  });
  return montrer("question", un("#question").textContent);
};

const encore = (nom) => {
  const groupe = groupeDe(nom),
    n = brouillon.fois[nom] ?? combien(nom);
  un("[data-partie]").textContent = dire(groupe.label, brouillon.langue);
  un("#question").textContent = "Y en a-t-il un autre ?";
  un("[data-aide]").textContent = `Déjà ${n}. Si non, passez à la suite.`;
  un("[data-tus]").hidden = true;
  un("[data-champ]").replaceChildren(
    bouton(
      "Oui, en ajouter un",
      "bord",
      () => {
        brouillon.fois[nom] = n + 1;
        garder();
        const suite = etapes();
        versQuestion(
          suite.find((c) => couper(c)[1] === n + 1 && placer(forme).get(couper(c)[0])?.encore?.name === nom) ??
            suite[suite.indexOf(`+${nom}`) + 1],
        );
      },
      "plus",
    ),
  );
  un("[data-champ] button").disabled = n >= 50;
  montrer("question", "Y en a-t-il un autre ?");
};
const combien = (nom) =>
  Object.keys(brouillon.valeurs)
    .map(couper)
    .reduce((most, [q, n]) => (placer(forme).get(q)?.encore?.name === nom ? Math.max(most, n) : most), 1);
const fautes = () => {
  const places = placer(forme),
    lue = completer(forme, brouillon.valeurs, jour(), { langue: brouillon.langue, moment: instant() });
  return lue.ecarts.filter(
    ({ nom, sorte }) =>
      sorte !== "unknown" && !(sorte === "required" && places.get(couper(nom)[0]).question.kind === "image"),
  );
};
un("form[data-question]").addEventListener("submit", async (e) => {
  e.preventDefault();
  const cle = brouillon.question;
  if (!cle.startsWith("+")) {
    const { question } = placer(forme).get(couper(cle)[0]),
      manque = estDite(question) && question.required && !brouillon.valeurs[cle];
    const faute = manque
      ? { dit: dire(question.required_message, brouillon.langue) || PHRASES.required }
      : fautes().find((f) => f.nom === cle && f.sorte !== "required");
    if (faute) {
      un("[data-erreur]").textContent = `${faute.dit}${manque ? " Ou touchez l’un des deux derniers choix." : ""}`;
      un("[data-champ] :is(input, textarea, button)")?.focus();
      return;
    }
  }
  await ecriture;
  if (!brouillon) return;
  const suite = etapes();
  versQuestion(suite[suite.indexOf(cle) + 1]);
});
const precedente = () => {
  const suite = etapes(),
    n = suite.indexOf(brouillon.question);
  if (n > 0) versQuestion(suite[n - 1]);
  else arreter();
};
un("[data-revenir]").addEventListener("click", precedente);
const arreter = async () => {
  await ecriture;
  if (brouillon && !Object.keys(brouillon.valeurs).length) await abandonner(brouillon.uid);
  accueil();
};
document.querySelector("[data-arreter]").addEventListener("click", arreter);

// ------------------------------------------------------------------------------------------------------------- la fin
const versFin = () => {
  brouillon.question = "fin";
  garder();
  const places = placer(forme),
    faux = new Map(fautes().map((f) => [f.nom, f.dit]));
  const lignes = etapes()
    .filter((c) => !c.startsWith("+") && estDite(places.get(couper(c)[0]).question))
    .map((cle) => {
      const [nom, n] = couper(cle),
        { question } = places.get(nom),
        texte = rempli(dire(question.label), forme, brouillon.valeurs, "fr");
      const b = bouton("Changer", "texte", () => versQuestion(cle));
      b.setAttribute("aria-label", `Changer : ${texte}`);
      const dit = creer("dd", {}, lisible(forme, nom, brouillon.valeurs[cle] ?? "", "fr") || "Sans réponse");
      if (faux.has(cle)) dit.append(creer("span", { className: "erreur" }, ` ${faux.get(cle)}`));
      return creer("div", {}, creer("dt", {}, n > 1 ? `${texte} (n° ${n})` : texte), dit, creer("dd", {}, b));
    });
  un("[data-dits]").replaceChildren(...lignes);
  un("[data-fin-erreur]").textContent = "";
  montrer("fin", "Relire, puis finir");
};
un("[data-fin-revenir]").addEventListener("click", () => versQuestion(etapes().at(-1)));
un("[data-finir]").addEventListener("click", async () => {
  const reste = fautes();
  if (reste.length) {
    un("[data-fin-erreur]").textContent = `${reste.length} réponse${s(reste.length)} à revoir avant de finir.`;
    return versQuestion(reste[0].nom);
  }
  await ecriture;
  const { valeurs } = completer(forme, brouillon.valeurs, jour(), { langue: brouillon.langue, moment: instant() });
  const finie = { ...brouillon, etat: "attente", valeurs, finie: heure().toISOString(), question: "" };
  try {
    if (!(await ecrire(finie))) {
      if (!panne) {
        alert("Cette réponse a déjà été finie ou effacée dans un autre onglet.");
        return accueil();
      }
      await commencer(brouillon);
      await ecrire(finie);
    }
    guerie();
  } catch (raison) {
    return panneDe(raison);
  }
  personne(true);
  await file();
  bientot();
});

// --------------------------------------------------------------------------------------------------- le lien, au début
const JETON = /^[\w-]{16,200}$/;
const recevoir = async (texte) => {
  const jeton = texte.trim().split("#").at(-1);
  if (!JETON.test(jeton)) return false;
  await garderLien(jeton);
  await navigator.storage?.persist?.().catch(() => false);
  await demanderKit(jeton).catch(() => {});
  return true;
};
const parAdresse = async () => {
  if (location.hash.length < 2) return;
  try {
    // gardé : il ne reste pas dans l’adresse
    if (await recevoir(location.hash)) history.replaceState(history.state, "", location.pathname);
  } catch (raison) {
    panneDe(raison);
  }
};
addEventListener("hashchange", async () => {
  await parAdresse();
  if (ecran === "accueil") await accueil();
});
un("form[data-lien]").addEventListener("submit", async (e) => {
  e.preventDefault();
  const champ = un("#lien"),
    va = await recevoir(champ.value);
  un("#lien-erreur").textContent = va
    ? ""
    : "Ce n’est pas un lien d’enquête. Il finit par # et une longue suite de lettres : collez-le en entier.";
  if (va) {
    champ.value = "";
    await accueil();
  } else champ.focus();
});

// ---------------------------------------------------------------------------------------------------------- l’appareil
const etatMemoire = async () => {
  const dit = un("[data-etat-memoire] span"),
    sur = await navigator.storage?.persisted?.().catch(() => false);
  const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => ({}))) ?? {};
  if (quota - usage < PEU) dit.textContent = "Cet appareil n’a presque plus de place. Libérez-en avant de partir.";
  else
    dit.textContent = sur
      ? "Le navigateur promet de garder les réponses."
      : "Le navigateur garde les réponses tant qu’il y a de la place : " +
        "envoyez-les chaque jour, et n’effacez pas ses données.";
};
const etatPage = async () => {
  const dit = un("[data-etat-page] span");
  if (!("serviceWorker" in navigator)) {
    dit.textContent = "Cette page ne se rouvre pas sans réseau ici : gardez-la ouverte, ou changez de navigateur.";
    return;
  }
  dit.textContent = "La page se garde sur l’appareil…";
  try {
    await navigator.serviceWorker.register(page.dataset.script, { scope: page.dataset.page, updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    dit.textContent = "La page se rouvre sans réseau.";
    dit.parentElement.dataset.prete = "";
  } catch {
    dit.textContent = navigator.serviceWorker.controller
      ? "La page se rouvre sans réseau."
      : "La page n’est pas encore gardée : rouvrez-la avec du réseau avant de partir.";
  }
};
let proposer;
addEventListener("beforeinstallprompt", (e) => {
  e.preventDefault();
  proposer = e;
  un("[data-installer]").hidden = false;
});
un("[data-installer] button").addEventListener("click", async () => {
  await proposer?.prompt();
  un("[data-installer]").hidden = true;
});

const relire = async () => {
  for (const l of await liens())
    if (Date.now() - l.vu > RAFRAICHIR || l.vu > Date.now())
      await demanderKit(l.jeton).then(
        () => file(),
        () => {},
      );
};
const ton = /(?:^|; )theme=(nuit|jour)/.exec(document.cookie)?.[1];
if (ton) document.documentElement.dataset.theme = ton; // la page gardée est celle de tout le monde
const ouvrirLaPage = async () => {
  un("[data-sans-script]").hidden = true;
  try {
    await relireHeure();
    await parAdresse();
    await accueil();
  } catch (raison) {
    panneDe(raison);
    montrer("accueil", "Vos enquêtes");
  }
  etatPage();
  etatMemoire();
  relire().catch(() => {});
  bientot();
};
ouvrirLaPage();
