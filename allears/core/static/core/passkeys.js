// When a passkey does not work, say so beside the button instead of only in the console.
document.addEventListener("allauth.error", (event) => {
  const place = document.getElementById("passkey-trouble");
  if (!place) return;
  event.preventDefault();
  place.textContent = place.dataset.words;
});
