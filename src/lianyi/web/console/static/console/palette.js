/* The command palette (Ctrl+K, ⌘K or /) and keys that lead to rooms: g, then the first letter of a room's address. Pages work without it. */
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const box = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const none = dialog.querySelector("[data-none]");
  let entries = null;
  let shown = [];
  let at = 0;

  const fits = (entry, words) => words.every((word) => `${entry.name} ${entry.more} ${entry.kind}`.toLowerCase().includes(word));
  const choose = (place) => {
    at = Math.max(0, Math.min(place, shown.length - 1));
    [...list.children].forEach((line, n) => line.setAttribute("aria-selected", String(n === at)));
    const line = list.children[at];
    if (line) { box.setAttribute("aria-activedescendant", line.id); line.scrollIntoView({ block: "nearest" }); } else box.removeAttribute("aria-activedescendant");
  };
  const draw = () => {
    const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    shown = (entries || []).filter((entry) => fits(entry, words)).slice(0, 40);
    list.replaceChildren(...shown.map((entry, n) => {
      const line = document.createElement("li");
      line.id = `palette-${n}`;
      line.setAttribute("role", "option");
      const name = document.createElement("span");
      name.textContent = entry.name;
      const kind = document.createElement("span");
      kind.textContent = entry.kind;
      kind.className = "quiet small";
      line.append(name, kind);
      line.addEventListener("click", () => { location.href = entry.href; });
      return line;
    }));
    none.hidden = shown.length > 0 || entries === null;
    choose(0);
  };
  const open = async () => {
    if (dialog.open) return;
    dialog.showModal();
    box.value = "";
    box.focus();
    if (entries === null) {
      try {
        const answer = await fetch(dialog.dataset.source, { headers: { Accept: "application/json" } });
        entries = answer.ok ? (await answer.json()).entries : [];
      } catch { entries = []; }
    }
    draw();
  };
  box.addEventListener("input", draw);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); choose(at + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); choose(at - 1); }
    if (event.key === "Enter" && shown[at]) { event.preventDefault(); location.href = shown[at].href; }
  });
  for (const opener of document.querySelectorAll("[data-palette]")) opener.addEventListener("click", open);

  let waiting = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); open(); return; }
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { event.preventDefault(); open(); return; }
    if (waiting > Date.now()) {
      waiting = 0;
      const room = [...document.querySelectorAll(".rooms li a")].find((link) => link.dataset.key === event.key);
      if (room) { event.preventDefault(); location.href = room.href; }
    } else if (event.key === "g") waiting = Date.now() + 1200;
  });

  /* a file dropped on the import page is the file chosen */
  for (const zone of document.querySelectorAll("[data-dropzone]")) {
    const chosen = zone.querySelector("input[type=file]");
    for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => { event.preventDefault(); if (event.dataTransfer.files.length) chosen.files = event.dataTransfer.files; });
  }
})();
