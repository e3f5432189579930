// La clé d’accès : ce que l’appareil montre, traduit pour le serveur. Sans script, la page dit quel autre moyen
// prendre.
const octets = (texte) =>
  Uint8Array.from(atob(texte.replace(/-/g, "+").replace(/_/g, "/")), (lettre) => lettre.charCodeAt(0));
const texte = (tampon) =>
  btoa(String.fromCharCode(...new Uint8Array(tampon)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const connues = (liste) => liste?.map((cle) => ({ ...cle, id: octets(cle.id) }));

const FAUTES = {
  absente: "Ce navigateur ne connaît pas les clés d’accès. Rien n’a changé. Prenez un autre moyen.",
  deja: "Cette clé est déjà la vôtre ici. Rien n’a changé. Prenez-en une autre.",
  adresse:
    "L’adresse de ce site ne permet pas les clés d’accès : il en faut une en https. " +
    "Rien n’a changé. Prenez un autre moyen.",
  refus: "La clé n’a pas été lue. L’appareil a refusé, ou le temps est passé. Recommencez, ou prenez un autre moyen.",
};

async function creer({ publicKey: demande }, sansMotDePasse) {
  const choix = {
    ...demande.authenticatorSelection,
    residentKey: sansMotDePasse ? "required" : "discouraged",
    requireResidentKey: sansMotDePasse,
  };
  if (sansMotDePasse) choix.userVerification = "required";
  const cle = await navigator.credentials.create({
    publicKey: {
      ...demande,
      challenge: octets(demande.challenge),
      user: { ...demande.user, id: octets(demande.user.id) },
      excludeCredentials: connues(demande.excludeCredentials),
      authenticatorSelection: choix,
    },
  });
  return {
    ...commun(cle),
    response: {
      clientDataJSON: texte(cle.response.clientDataJSON),
      attestationObject: texte(cle.response.attestationObject),
      transports: cle.response.getTransports?.() ?? [],
    },
  };
}

async function montrer({ publicKey: demande }) {
  const cle = await navigator.credentials.get({
    publicKey: {
      ...demande,
      challenge: octets(demande.challenge),
      allowCredentials: connues(demande.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = cle.response;
  return {
    ...commun(cle),
    response: {
      clientDataJSON: texte(clientDataJSON),
      authenticatorData: texte(authenticatorData),
      signature: texte(signature),
      userHandle: userHandle ? texte(userHandle) : null,
    },
  };
}

const commun = (cle) => ({
  type: cle.type,
  id: cle.id,
  rawId: texte(cle.rawId),
  clientExtensionResults: cle.getClientExtensionResults(),
});

async function demander(formulaire) {
  if (formulaire.dataset.cle !== "ouvrir")
    return JSON.parse(document.getElementById(formulaire.dataset.options).textContent);
  const reponse = await fetch(formulaire.action, { headers: { Accept: "application/json" } });
  if (!reponse.ok) throw new Error("refus");
  return (await reponse.json()).request_options;
}

for (const formulaire of document.querySelectorAll("[data-cle]")) {
  const dire = (faute) => {
    formulaire.querySelector("[data-cle-faute]").textContent = faute;
    formulaire.querySelector("[data-cle-faute]").className = faute ? "message error" : "";
  };
  formulaire.addEventListener("submit", async (e) => {
    e.preventDefault();
    dire("");
    if (!window.PublicKeyCredential) return dire(FAUTES.absente);
    const bouton = formulaire.querySelector("button");
    bouton.disabled = true;
    try {
      const demande = await demander(formulaire);
      const cle =
        formulaire.dataset.cle === "ajouter"
          ? await creer(demande, formulaire.elements.passwordless.checked)
          : await montrer(demande);
      formulaire.elements.credential.value = JSON.stringify(cle);
      // La case « ordinateur partagé » est dans l’autre formulaire : celui-ci la répète.
      for (const champ of formulaire.querySelectorAll("[data-comme]"))
        champ.disabled = !document.getElementById(champ.dataset.comme).checked;
      formulaire.submit();
    } catch (faute) {
      dire({ InvalidStateError: FAUTES.deja, SecurityError: FAUTES.adresse }[faute.name] ?? FAUTES.refus);
      bouton.disabled = false;
    }
  });
}
