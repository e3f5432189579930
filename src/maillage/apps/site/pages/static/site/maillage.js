// Le peu de script des pages : tout reste lisible sans lui.
document.documentElement.classList.add("js");

// Jour ou nuit, gardé dans un cookie pour que la page arrive déjà dans le bon ton.
const bouton = document.querySelector("[data-theme-bouton]");
if (bouton) {
  const nuit = () =>
    (document.documentElement.dataset.theme ??
      (matchMedia("(prefers-color-scheme: dark)").matches ? "nuit" : "jour")) === "nuit";
  const dire = () => {
    const mots = bouton.dataset;
    const mot = nuit() ? mots.jour : mots.nuit;
    bouton.querySelector("span").textContent = mot;
    // Le mot lu est le début du nom : qui parle à son appareil dit ce qu’il voit, dans toute langue.
    bouton.setAttribute("aria-label", `${mot}. ${nuit() ? mots.versJour : mots.versNuit}`);
  };
  bouton.hidden = false;
  dire();
  bouton.addEventListener("click", () => {
    document.documentElement.dataset.theme = nuit() ? "jour" : "nuit";
    document.cookie = `theme=${document.documentElement.dataset.theme};path=/;max-age=31536000;samesite=lax`;
    dire();
  });
}

// Un geste qui retire demande une confirmation : celle de son bouton, sinon de son formulaire, arrivé depuis ou non.
// Sans elle, rien d’autre n’apprend l’envoi.
addEventListener(
  "submit",
  (e) => {
    const mots = e.submitter?.dataset.confirmer ?? e.target.dataset.confirmer;
    if (!mots || confirm(mots)) return;
    e.preventDefault();
    e.stopImmediatePropagation();
  },
  true,
);

// Un formulaire refusé s’ouvre à la liste de ses fautes, sinon à la première, qui peut être loin sous l’écran.
const fautes = document.querySelector("[data-a-corriger]");
const faute = document.querySelector("form .en-erreur");
if (fautes) fautes.focus();
else if (faute && !document.querySelector("[autofocus]")) {
  faute.querySelector("input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });
  faute.scrollIntoView({ block: "center" });
}

// La carte de source : son adresse l’ouvre, Échap la ferme et rend le focus.
for (const carte of document.querySelectorAll(".carte-source")) {
  if (location.hash === "#source") carte.open = true;
  carte.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && carte.open) {
      carte.open = false;
      carte.querySelector("summary").focus();
    }
  });
}

// Des onglets qui défilent : celui qu’on lit est en vue.
for (const liste of document.querySelectorAll(".onglets > ul")) {
  const ici = liste.querySelector("[aria-current]");
  if (ici) liste.scrollLeft = ici.getBoundingClientRect().left - liste.getBoundingClientRect().left - 40;
}

// Les suggestions sous un champ de recherche : flèches, Entrée, Échap.
for (const champ of document.querySelectorAll("[data-suggestions]")) {
  const liste = document.getElementById(`${champ.id}-liste`) ?? document.createElement("div");
  if (!liste.id) {
    // Un champ de formulaire : on y choisit, on ne s’en va pas.
    Object.assign(liste, { id: `${champ.id}-liste`, className: "suggestions", hidden: true });
    champ.after(liste);
    champ.autocomplete = "off";
    liste.addEventListener("click", (e) => {
      const lien = e.target.closest("a");
      if (!lien) return;
      e.preventDefault();
      const code = lien.pathname.split("/")[2];
      champ.value = lien.querySelector("strong").textContent + (/^\d/.test(code) ? ` (${code})` : "");
      fermer();
    });
  }
  let attente,
    choisie = -1;
  champ.setAttribute("role", "combobox");
  champ.setAttribute("aria-expanded", "false");
  champ.setAttribute("aria-controls", liste.id);
  champ.setAttribute("aria-autocomplete", "list");
  const fermer = () => {
    liste.hidden = true;
    champ.setAttribute("aria-expanded", "false");
    champ.removeAttribute("aria-activedescendant");
    choisie = -1;
  };
  const lignes = () => [...liste.querySelectorAll("a, button")];
  const marquer = (n) => {
    const liens = lignes().filter((lien) => !lien.closest("[hidden]"));
    if (!liens.length) return;
    choisie = (n + liens.length) % liens.length;
    for (const [i, lien] of liens.entries()) lien.setAttribute("aria-selected", String(i === choisie));
    champ.setAttribute("aria-activedescendant", liens[choisie].id);
  };
  champ.addEventListener("input", () => {
    clearTimeout(attente);
    attente = setTimeout(async () => {
      const texte = champ.value.trim();
      if (texte.length < 2) return fermer();
      // Une visite finie mène ailleurs : ce n’est pas une liste.
      const adresse = `${champ.dataset.suggestions}?q=${encodeURIComponent(texte)}`;
      const reponse = await fetch(adresse, { redirect: "error" }).catch(() => null);
      if (!reponse?.ok || champ.value.trim() !== texte || document.activeElement !== champ) return;
      liste.innerHTML = await reponse.text();
      const liens = lignes();
      liste.setAttribute("role", "listbox");
      liste.setAttribute("aria-label", champ.labels[0]?.textContent.trim() ?? "");
      liens.forEach((lien, i) => {
        lien.id = `${liste.id}-${i}`;
        lien.setAttribute("role", "option");
        lien.setAttribute("aria-selected", "false");
        lien.tabIndex = -1;
      });
      liste.hidden = !liens.length;
      champ.setAttribute("aria-expanded", String(!!liens.length));
      choisie = -1;
    }, 150);
  });
  champ.addEventListener("keydown", (e) => {
    if (e.key === "Escape") {
      e.preventDefault(); // le navigateur viderait le champ
      clearTimeout(attente);
      return fermer();
    }
    if (liste.hidden) {
      if (e.key === "ArrowDown") champ.dispatchEvent(new Event("input"));
      return;
    }
    if (e.key === "ArrowDown") {
      e.preventDefault();
      marquer(choisie + 1);
    } else if (e.key === "ArrowUp") {
      e.preventDefault();
      marquer(choisie - 1);
    } else if (e.key === "Enter" && choisie >= 0) {
      e.preventDefault();
      liste.querySelector("[aria-selected=true]").click();
    }
  });
  // Toucher la liste laisse le champ actif : sans cela elle se fermerait avant de se déplier.
  liste.addEventListener("mousedown", (e) => e.preventDefault());
  liste.addEventListener("click", (e) => {
    const bouton = e.target.closest("[data-deplier]");
    if (!bouton) return;
    bouton.nextElementSibling.hidden = false;
    bouton.remove();
    if (choisie >= 0) marquer(choisie);
  });
  champ.addEventListener("blur", () => setTimeout(fermer, 200));
}

// L’attente d’un calcul : on redemande l’état, puis on recharge la page quand il est prêt.
for (const cadre of document.querySelectorAll("[data-avancement]")) {
  const tour = async () => {
    try {
      const reponse = await fetch(cadre.dataset.avancement);
      const finie = reponse.ok && !["queued", "running"].includes(reponse.headers.get("X-Etude"));
      const ecrit = document.activeElement?.matches("input, select, textarea"); // ce qui s’écrit n’est pas perdu
      if (finie && !ecrit) return location.reload();
      if (reponse.ok) {
        const dedans = cadre.contains(document.activeElement);
        cadre.innerHTML = await reponse.text();
        if (dedans) cadre.querySelector("button, a")?.focus();
      }
      if (finie) return;
    } catch {
      /* le serveur redémarre : on redemande */
    }
    setTimeout(tour, 1000);
  };
  if (cadre.querySelector("progress")) setTimeout(tour, 1000);
}

const ouvrir = (element) => {
  for (let pli = element.closest("details"); pli; pli = pli.parentElement.closest("details")) pli.open = true;
};

// Un lien vers ce qui est plié le déplie ; vers un titre, ce qui est plié dessous.
const deplier = () => {
  let nom = location.hash.slice(1);
  try {
    nom = decodeURIComponent(nom);
  } catch {
    // « #50% » n’est pas une adresse codée : elle est lue telle quelle.
  }
  const cible = nom && document.getElementById(nom);
  if (!cible) return;
  ouvrir([...cible.children, cible.nextElementSibling].find((e) => e?.matches(".plie-etroit")) ?? cible);
};
addEventListener("hashchange", deplier);
deplier();

// Un champ à corriger est déplié : sans cela le navigateur refuse l’envoi sans montrer pourquoi.
addEventListener("invalid", (e) => ouvrir(e.target), true);

// Là où le style ne sait pas déplier ce qui a la place, le script le fait.
if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 43.75em)").matches)
  for (const pli of document.querySelectorAll(".plie-etroit")) pli.open = true;

// Un style qui ne connaît pas :has() ne voit pas qu’une tuile est choisie : une classe le lui dit
// (tools/old_browsers.mjs).
if (!CSS.supports("selector(:has(a))")) {
  const marquer = () => {
    for (const champ of document.querySelectorAll("input[type=radio], input[type=checkbox]"))
      for (const autour of [champ.closest("label"), champ.closest(".tuile, .cocher, .ligne-partage")])
        autour?.classList.toggle("choix-fait", champ.checked);
  };
  addEventListener("change", marquer);
  addEventListener("pageshow", marquer);
}

// Sur papier, ce qui se déplie est déplié.
addEventListener("beforeprint", () => {
  for (const pli of document.querySelectorAll("details:not([open])")) {
    pli.open = true;
    pli.dataset.replier = "";
  }
});
addEventListener("afterprint", () => {
  for (const pli of document.querySelectorAll("[data-replier]")) {
    pli.open = false;
    delete pli.dataset.replier;
  }
});

// Le menu d’un téléphone et celui des langues se ferment à Échap, et rendent le focus.
for (const menu of document.querySelectorAll(".menu, .langues"))
  menu.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

// Un terme du glossaire s’explique sur place ; sans script, c’est un lien.
let bulle;
const fermerBulle = () => {
  bulle?.remove();
  bulle = undefined;
};
for (const terme of document.querySelectorAll(".terme")) {
  terme.addEventListener("click", (e) => {
    if (e.metaKey || e.ctrlKey) return;
    e.preventDefault();
    const deja = bulle?.dataset.pour === terme.href;
    fermerBulle();
    if (deja) return;
    bulle = document.createElement("span");
    bulle.className = "bulle";
    bulle.dataset.pour = terme.href;
    bulle.setAttribute("role", "note");
    bulle.textContent = terme.dataset.definition;
    bulle.id = "bulle";
    terme.after(bulle);
    terme.setAttribute("aria-describedby", bulle.id);
  });
}
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") fermerBulle();
});

// Imprimer : le bouton ne se montre que s’il peut servir.
for (const bouton of document.querySelectorAll("[data-imprimer]")) {
  bouton.hidden = false;
  bouton.addEventListener("click", () => print());
}

// Un double appui n’envoie pas deux fois ; un autre bouton du même formulaire, si.
const ENVOI = 3000; // millisecondes ; ensuite, c’est qu’on recommence
let parti = { bouton: null, a: 0 };
document.addEventListener("submit", (e) => {
  if (e.defaultPrevented || e.target.method !== "post") return;
  const bouton = e.submitter ?? e.target;
  if (parti.bouton === bouton && Date.now() - parti.a < ENVOI) e.preventDefault();
  else parti = { bouton, a: Date.now() };
});
addEventListener("pageshow", () => {
  parti = { bouton: null, a: 0 };
});

// « Précédent » après une inscription : qui s’inscrit ensuite sur ce poste est quelqu’un d’autre.
addEventListener("pageshow", ({ persisted }) => {
  const cle = persisted && document.querySelector("input[type=hidden][name=cle]");
  if (cle)
    cle.value = [...crypto.getRandomValues(new Uint8Array(16))].map((o) => o.toString(16).padStart(2, "0")).join("");
});

for (const bouton of document.querySelectorAll("[data-copier]")) {
  bouton.hidden = !navigator.clipboard;
  bouton.addEventListener("click", async () => {
    const source = document.getElementById(bouton.dataset.copier);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    bouton.parentElement.querySelector("[data-copie]").textContent = "Copié.";
  });
}

// Sans réseau : l’accueil et la dernière recherche répondent, et une page dit quoi faire à la place des autres. Une
// page gardée se redemande quand le réseau revient.
if (document.querySelector("[data-copie-gardee]"))
  addEventListener("online", () =>
    fetch(location.href, { method: "HEAD" }).then(
      () => location.reload(),
      () => {},
    ),
  );
if ("serviceWorker" in navigator)
  addEventListener("load", () => navigator.serviceWorker.register("/hors-ligne.js").catch(() => {}));
