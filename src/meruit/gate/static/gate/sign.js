// Ask the passkey to sign what this page shows, and send its answer to the gate.
(function () {
  const button = document.getElementById("sign");
  if (!button) return;
  const options = JSON.parse(document.getElementById("options").textContent);
  button.addEventListener("click", async function () {
    button.disabled = true;
    try {
      const answer = await window.webauthnJSON.get(options);
      document.getElementById("credential").value = JSON.stringify(answer);
      document.getElementById("signature").submit();
    } catch (error) {
      button.disabled = false;
      document.dispatchEvent(new CustomEvent("allauth.error", { detail: { exception: error } }));
    }
  });
})();
