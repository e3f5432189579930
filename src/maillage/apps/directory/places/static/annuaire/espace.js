// La lecture d’un fichier à importer : chaque choix montre son effet, sans recharger la page.
const lecture = document.querySelector("[data-apercu]");
if (lecture) {
  const PAUSE = 350;
  let attente,
    demande = 0;
  const montrer = async () => {
    const moi = ++demande;
    const effet = lecture.querySelector("[data-morceau=effet]");
    effet.setAttribute("aria-busy", "true");
    try {
      const donnees = new FormData(lecture);
      donnees.set("geste", "voir");
      const reponse = await fetch(location.pathname, { method: "POST", body: donnees, headers: { "X-Morceau": "1" } });
      if (moi !== demande || !(reponse.ok || reponse.status === 400)) return;
      const recu = document.createElement("template");
      recu.innerHTML = await reponse.text();
      const ici = document.activeElement?.id;
      const ouverts = new Set([...lecture.querySelectorAll("details[open][id]")].map((pli) => pli.id));
      for (const morceau of recu.content.querySelectorAll("[data-morceau]"))
        lecture.querySelector(`[data-morceau=${morceau.dataset.morceau}]`).replaceWith(morceau);
      for (const pli of lecture.querySelectorAll("details[id]")) if (ouverts.has(pli.id)) pli.open = true;
      const texte = recu.content.querySelector("[data-texte]");
      if (texte) document.getElementById("texte").value = texte.textContent;
      if (ici && document.activeElement?.id !== ici) document.getElementById(ici)?.focus();
    } catch {
      /* le serveur ne répond pas : le bouton « Vérifier » le dira */
    } finally {
      lecture.querySelector("[data-morceau=effet]").removeAttribute("aria-busy");
    }
  };
  lecture.addEventListener("change", (e) => {
    if (!e.target.matches("select")) return;
    demande++; // une réponse encore en route ne défait pas ce choix
    clearTimeout(attente);
    attente = setTimeout(montrer, PAUSE);
  });
}
