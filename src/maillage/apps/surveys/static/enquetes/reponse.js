// Une question à l’écran : ce qu’on touche ou tape devient un texte (nom d’un choix, noms séparés d’un espace, nombre,
// AAAA-MM-JJ).
import { dire, proposes } from "./questionnaire.js";

export const TUS = ["nsp", "refus"];
// Ce qui se dit dans la langue de la personne, quand le questionnaire la parle.
const MOTS = {
  fr: {
    nsp: "Ne sait pas",
    refus: "Ne souhaite pas répondre",
    plusieurs: "Plusieurs réponses sont possibles.",
    rang: "Touchez les réponses dans l’ordre, la plus importante d’abord.",
    ok: "C’est vu",
    suivant: "Suivant",
    revenir: "Revenir",
  },
  en: {
    nsp: "Don’t know",
    refus: "Prefer not to answer",
    plusieurs: "You can choose several answers.",
    rang: "Touch the answers in order, the most important first.",
    ok: "Seen",
    suivant: "Next",
    revenir: "Back",
  },
  ar: {
    nsp: "لا أعرف",
    refus: "أفضّل عدم الإجابة",
    plusieurs: "يمكنك اختيار عدة إجابات.",
    rang: "المس الإجابات بالترتيب، الأهم أولاً.",
    ok: "تم",
    suivant: "التالي",
    revenir: "رجوع",
  },
  ro: {
    nsp: "Nu știu",
    refus: "Prefer să nu răspund",
    plusieurs: "Puteți alege mai multe răspunsuri.",
    rang: "Atingeți răspunsurile în ordine, cel mai important primul.",
    ok: "Am văzut",
    suivant: "Înainte",
    revenir: "Înapoi",
  },
  tr: {
    nsp: "Bilmiyorum",
    refus: "Cevap vermek istemiyorum",
    plusieurs: "Birden fazla cevap seçebilirsiniz.",
    rang: "Cevaplara sırayla dokunun, en önemlisi önce.",
    ok: "Gördüm",
    suivant: "İleri",
    revenir: "Geri",
  },
  uk: {
    nsp: "Не знаю",
    refus: "Не хочу відповідати",
    plusieurs: "Можна вибрати кілька відповідей.",
    rang: "Торкайтеся відповідей за порядком, найважливіша перша.",
    ok: "Побачено",
    suivant: "Далі",
    revenir: "Назад",
  },
  pt: {
    nsp: "Não sei",
    refus: "Prefiro não responder",
    plusieurs: "Pode escolher várias respostas.",
    rang: "Toque nas respostas por ordem, a mais importante primeiro.",
    ok: "Visto",
    suivant: "Seguinte",
    revenir: "Voltar",
  },
};
export const mot = (quoi, langue) => (MOTS[langue] ?? MOTS.fr)[quoi];
const creer = (nom, proprietes = {}, ...dedans) => {
  const e = document.createElement(nom);
  for (const [cle, v] of Object.entries(proprietes)) {
    if (cle in e) e[cle] = v;
    else e.setAttribute(cle, v);
  }
  e.append(...dedans);
  return e;
};
const icone = (nom) => document.getElementById(`icone-${nom}`).content.cloneNode(true);
export const offerts = (questionnaire, question, valeurs, aujourdhui, cle) =>
  proposes(questionnaire, question, valeurs, aujourdhui, cle).filter((c) => !TUS.includes(c.name));
// Un texte qui cite une réponse (« ${appareil} ») la dit.
export const rempli = (texte, questionnaire, valeurs, langue) =>
  texte.replace(/\$\{\s*([^}]+?)\s*\}/g, (tout, nom) => lisible(questionnaire, nom, valeurs[nom] ?? "", langue) || "…");
export const lisible = (questionnaire, nom, valeur, langue) => {
  if (TUS.includes(valeur)) return mot(valeur, langue);
  const question = chercher(questionnaire.items, nom),
    liste = question && questionnaire.lists[question.choices];
  if (question?.kind === "acknowledge") return valeur && mot("ok", langue);
  if (["date", "moment"].includes(question?.kind) && !Number.isNaN(Date.parse(valeur)))
    return new Date(valeur.length === 10 ? `${valeur}T12:00` : valeur).toLocaleString(
      langue,
      valeur.length === 10 ? { dateStyle: "long" } : { dateStyle: "long", timeStyle: "short" },
    );
  if (question?.kind === "decimal" && langue !== "en") return valeur.replace(".", ",");
  if (!liste) return valeur;
  return valeur
    .split(" ")
    .map((v) => dire(liste.find((c) => c.name === v)?.label, langue) || v)
    .join(question.kind === "rank" ? " › " : ", ");
};
const chercher = (items, nom) => {
  for (const i of items) {
    const la = i.items ? chercher(i.items, nom) : i.name === nom ? i : null;
    if (la) return la;
  }
  return null;
};

const case_ = (genre, choix, coche, langue, seule) => {
  const entree = creer("input", { type: genre, name: "reponse", value: choix.name, checked: coche });
  if (seule) entree.dataset.seule = "";
  return creer(
    "label",
    { className: "reponse" },
    entree,
    creer("span", { "data-dire": "" }, dire(choix.label, langue) || choix.name),
  );
};
const groupe = (role, ...dedans) =>
  creer(
    "div",
    { className: "reponses", role, "aria-labelledby": "question", "aria-describedby": "question-aide question-erreur" },
    ...dedans,
  );

const un = (cadre, valeur, changer) => {
  const g = groupe("radiogroup", ...cadre.choix.map((c) => case_("radio", c, c.name === valeur, cadre.langue)));
  g.addEventListener("change", () => changer(g.querySelector(":checked").value));
  return g;
};
const plusieurs = (cadre, valeur, changer) => {
  const dites = valeur.split(" ");
  const g = groupe(
    "group",
    ...cadre.choix.map((c) => case_("checkbox", c, dites.includes(c.name), cadre.langue, c.alone)),
  );
  g.addEventListener("change", ({ target }) => {
    if (target.checked)
      for (const autre of g.querySelectorAll("input"))
        if (autre !== target && ("seule" in target.dataset || "seule" in autre.dataset)) autre.checked = false;
    changer([...g.querySelectorAll(":checked")].map((c) => c.value).join(" "));
  });
  return g;
};
const ranger = (cadre, valeur, changer) => {
  let ordre = valeur.split(" ").filter((n) => cadre.choix.some((c) => c.name === n));
  const g = groupe("group"),
    dit = creer("p", { className: "hors-ecran", role: "status" });
  const nom = (n) => dire(cadre.choix.find((c) => c.name === n).label, cadre.langue);
  const mettre = (neuf, focus, mots) => {
    ordre = neuf;
    changer(ordre.join(" "));
    dessiner();
    dit.textContent = mots;
    (
      g.querySelector(`[data-cle="${CSS.escape(focus)}"]:not([disabled])`) ?? g.querySelector("button:not([disabled])")
    )?.focus();
  };
  const bouton = (quoi, icon, cle, faire, inerte = false) => {
    const b = creer(
      "button",
      { type: "button", className: "bouton bord", disabled: inerte, "aria-label": quoi, "data-cle": cle },
      icone(icon),
    );
    b.addEventListener("click", faire);
    return b;
  };
  const deplacer = (n, pas) => {
    const neuf = [...ordre],
      v = neuf[n];
    neuf.splice(n, 1);
    neuf.splice(n + pas, 0, v);
    mettre(neuf, `${v}${pas < 0 ? "-haut" : "-bas"}`, `${nom(v)} : ${n + pas + 1}`);
  };
  const dessiner = () =>
    g.replaceChildren(
      creer(
        "ol",
        { className: "rangs" },
        ...ordre.map((v, n) =>
          creer(
            "li",
            {},
            creer("b", {}, String(n + 1)),
            creer("span", { "data-dire": "" }, nom(v)),
            bouton(`Monter : ${nom(v)}`, "haut", `${v}-haut`, () => deplacer(n, -1), n === 0),
            bouton(`Descendre : ${nom(v)}`, "bas", `${v}-bas`, () => deplacer(n, 1), n === ordre.length - 1),
            bouton(`Retirer : ${nom(v)}`, "oter", `${v}-oter`, () =>
              mettre(
                ordre.filter((x) => x !== v),
                v,
                "",
              ),
            ),
          ),
        ),
      ),
      ...cadre.choix
        .filter((c) => !ordre.includes(c.name))
        .map((c) => {
          const b = creer(
            "button",
            { type: "button", className: "reponse", "data-cle": c.name },
            creer("span", { "data-dire": "" }, nom(c.name)),
          );
          b.addEventListener("click", () =>
            mettre(
              [...ordre, c.name],
              cadre.choix.find((x) => x.name !== c.name && !ordre.includes(x.name))?.name ?? "",
              `${nom(c.name)} : ${ordre.length + 1}`,
            ),
          );
          return b;
        }),
      dit,
    );
  dessiner();
  return g;
};
const CLAVIERS = {
  integer: { type: "text", inputMode: "numeric", autocomplete: "off" },
  decimal: { type: "text", inputMode: "decimal", autocomplete: "off" },
  date: { type: "date" },
  time: { type: "time" },
  moment: { type: "datetime-local" },
  text: {},
  range: { type: "text", inputMode: "decimal", autocomplete: "off" },
};
const chiffres = /[\s\u00a0\u202f']/g;
const NETS = {
  integer: (v) => v.replace(chiffres, ""),
  decimal: (v) => v.replace(chiffres, "").replace(",", "."),
  range: (v) => v.replace(chiffres, "").replace(",", "."),
};
const taper = (cadre, valeur, changer) => {
  const { kind } = cadre.question,
    long = kind === "text" && cadre.question.appearance !== "short";
  const attributs = {
    id: "reponse-tapee",
    value: kind === "decimal" && cadre.langue !== "en" ? valeur.replace(".", ",") : valeur,
    "aria-labelledby": "question",
    "aria-describedby": "question-aide question-erreur",
    ...CLAVIERS[kind],
  };
  const champ = creer(long ? "textarea" : "input", { ...attributs, ...(long ? { rows: 3, maxLength: 5000 } : {}) });
  champ.className = `tapee ${kind}`;
  champ.addEventListener("input", () => changer((NETS[kind] ?? ((v) => v))(champ.value.trim())));
  if (long)
    champ.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) champ.form.requestSubmit();
    });
  return champ;
};
const echelle = (cadre, valeur, changer) => {
  const [debut, fin, pas] = [
    ["start", 1],
    ["end", 10],
    ["step", 1],
  ].map(([cle, sinon]) => Number(cadre.question.parameters[cle] ?? sinon));
  const combien = Math.round(Math.abs(fin - debut) / Math.abs(pas || 1)) + 1;
  if (combien > 21) return taper(cadre, valeur, changer);
  const crans = Array.from({ length: combien }, (_, n) =>
    String(Number((debut + n * Math.abs(pas || 1) * Math.sign(fin - debut || 1)).toFixed(6))),
  );
  const g = un({ ...cadre, choix: crans.map((n) => ({ name: n, label: { fr: n } })) }, valeur, changer);
  g.classList.add("crans");
  return g;
};
const vu = (cadre, valeur, changer) => {
  const g = groupe(
    "group",
    case_(
      "checkbox",
      { name: "OK", label: { [cadre.langue]: mot("ok", cadre.langue) } },
      valeur === "OK",
      cadre.langue,
    ),
  );
  g.addEventListener("change", ({ target }) => changer(target.checked ? "OK" : ""));
  return g;
};
// Un point à un kilomètre près : un quartier se voit, une porte non.
const ici = (cadre, valeur, changer) => {
  const dit = creer("p", { role: "status" }, valeur ? `Position notée, à un kilomètre près : ${valeur}` : "");
  const bouton = creer(
    "button",
    { type: "button", className: "bouton bord" },
    icone("ici"),
    " Noter où nous sommes, à un kilomètre près",
  );
  bouton.addEventListener("click", () =>
    navigator.geolocation?.getCurrentPosition(
      ({ coords }) => {
        const v = `${coords.latitude.toFixed(2)} ${coords.longitude.toFixed(2)}`;
        dit.textContent = `Position notée, à un kilomètre près : ${v}`;
        changer(v);
      },
      () => {
        dit.textContent = "L’appareil ne donne pas sa position. Passez à la suite.";
      },
      { timeout: 20_000, maximumAge: 300_000 },
    ),
  );
  return groupe("group", bouton, dit);
};
const rien = (mots) => () => (mots ? creer("p", { className: "message info" }, mots) : "");
const SORTES = {
  one: un,
  many: plusieurs,
  rank: ranger,
  range: echelle,
  acknowledge: vu,
  geopoint: ici,
  note: rien(""),
  image: rien("Cette page ne prend pas de photo. Passez à la suite."),
};
export const estDite = (question) => question.kind !== "note" && question.kind !== "image";
export const afficher = (ou, cadre, valeur, changer) =>
  ou.replaceChildren((SORTES[cadre.question.kind] ?? taper)(cadre, TUS.includes(valeur) ? "" : valeur, changer));
