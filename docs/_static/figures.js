// On a narrow screen a figure scrolls sideways rather than shrink until its letters cannot be read.
// The picture of the start page has hardly any, and stays whole.
window.addEventListener("load", () => {
  for (const image of document.querySelectorAll("article img")) {
    if (image.naturalWidth < 500 || image.closest("#sklearn-hash, .sphx-glr-thumbcontainer")) continue;
    image.style.setProperty("--readable", `${Math.round(0.75 * image.naturalWidth)}px`);
    image.parentElement.classList.add("scrolls");
  }
});
