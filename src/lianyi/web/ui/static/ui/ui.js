/* Conveniences on top of pages that work without them: counting down, sharing, copying, no double sending, and, with consent, timings. */
(() => {
  "use strict";
  const page = document.documentElement;
  const chinese = page.lang.startsWith("zh");
  const say = (zh, en) => (chinese ? zh : en);

  /* countdown: by the server's clock, so that a phone that runs ahead does not open early */
  const sent = Date.parse(document.body.dataset.now || "");
  const ahead = Number.isNaN(sent) ? 0 : Date.now() - sent;
  const clocks = [...document.querySelectorAll("time[data-countdown]")];
  const two = (n) => String(n).padStart(2, "0");
  const tick = () => {
    let running = false;
    for (const clock of clocks) {
      const left = Math.floor((Date.parse(clock.dateTime) - (Date.now() - ahead)) / 1000);
      if (left <= 0) {
        if (clock.dataset.ran) setTimeout(() => location.reload(), 400 + Math.random() * 1600);
        delete clock.dataset.ran;
        clock.textContent = say("已结束", "ended");
        continue;
      }
      running = true;
      clock.dataset.ran = "1";
      const days = Math.floor(left / 86400);
      if (days > 2) { clock.textContent = days + say(" 天", " days"); continue; }
      const parts = [two(Math.floor((left % 86400) / 3600)), two(Math.floor((left % 3600) / 60)), two(left % 60)];
      clock.replaceChildren(...(days ? [days + say(" 天 ", "d ")] : []), ...parts.flatMap((part, n) => {
        const box = document.createElement("b");
        box.textContent = part;
        return n ? [":", box] : [box];
      }));
      clock.setAttribute("aria-hidden", "true");
    }
    if (running) setTimeout(tick, 1000 - ((Date.now() - ahead) % 1000));
  };
  if (clocks.length) tick();

  /* where one stands is in sight, also in a row that runs past the edge of a phone */
  for (const here of document.querySelectorAll(".tabs [aria-current], .chips [aria-current]")) {
    const row = here.parentElement;
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }

  /* toasts */
  const leave = (toast) => { toast.classList.add("leaving"); setTimeout(() => toast.remove(), 320); };
  for (const toast of document.querySelectorAll("[data-toast]")) setTimeout(leave, 5000, toast);
  const tell = (words) => {
    let place = document.querySelector(".toasts");
    if (!place) { place = document.createElement("div"); place.className = "toasts"; place.setAttribute("role", "status"); document.body.append(place); }
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.textContent = words;
    place.append(toast);
    setTimeout(leave, 2600, toast);
  };

  /* share and copy: a button with the words in data-share, the address in data-url */
  const copy = async (words) => {
    try { await navigator.clipboard.writeText(words); } catch {
      const box = document.createElement("textarea");
      box.value = words; box.className = "unseen"; document.body.append(box); box.select();
      document.execCommand("copy"); box.remove();
    }
    tell(say("已复制，去粘贴给朋友吧", "Copied"));
  };
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-copy], [data-share]");
    if (!asked) return;
    event.preventDefault();
    const url = asked.dataset.url || asked.dataset.copy;
    if ("share" in asked.dataset && navigator.share) navigator.share({ title: document.title, text: asked.dataset.share, url }).catch(() => {});
    else copy((asked.dataset.share ? asked.dataset.share + " " : "") + url);
    note("shared", asked.dataset.subject || "");
  });

  /* a form is sent once; the server would do it once anyway */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => { delete form.dataset.sent; form.removeAttribute("aria-busy"); }, 8000);
  });
  addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

  /* rows of a list: how many are chosen, all of a page at once, a stretch with Shift, none with Escape */
  const bulk = document.getElementById("bulk");
  if (bulk) {
    const picks = [...document.querySelectorAll('[form="bulk"][name="row"]')];
    const whole = document.querySelector("[data-pick-all]");
    const told = bulk.querySelector("[data-picked]");
    const every = bulk.elements.namedItem("all");
    let last = -1;
    const count = () => {
      const n = picks.filter((pick) => pick.checked).length;
      told.textContent = n && !every.checked ? told.dataset.words.replace("#", n) : "";
      if (whole) { whole.checked = n === picks.length; whole.indeterminate = n > 0 && n < picks.length; }
    };
    picks.forEach((pick, place) => pick.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) for (const one of picks.slice(Math.min(last, place), Math.max(last, place) + 1)) one.checked = pick.checked;
      last = place;
      count();
    }));
    if (whole) { whole.hidden = false; whole.addEventListener("change", () => { for (const pick of picks) pick.checked = whole.checked; count(); }); }
    every.addEventListener("change", count);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.target.closest("dialog, [popover]") || !(every.checked || picks.some((pick) => pick.checked))) return;
      for (const pick of [...picks, every]) pick.checked = false;
      count();
    });
    addEventListener("pageshow", count);
    count();
  }

  /* one more, one fewer */
  document.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    const box = step && step.parentElement.querySelector("input");
    if (!box) return;
    const wanted = Number(box.value || box.min || 1) + Number(step.dataset.step);
    box.value = Math.min(Number(box.max || 1e6), Math.max(Number(box.min || 1), wanted));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* timings and what was done, sent once when the page is left, only if its reader agreed (data-beacon is there) */
  const address = document.body.dataset.beacon;
  const notes = [];
  function note(what, subject) { if (address) notes.push([what, subject]); }
  if (address && "PerformanceObserver" in window) {
    const seen = { lcp: null, cls: 0, inp: null };
    const watch = (type, see, more) => { try { new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true, ...more }); } catch { /* this browser does not tell */ } };
    watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
    watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
    watch("event", (entry) => { if (entry.interactionId) seen.inp = Math.max(seen.inp || 0, entry.duration); }, { durationThreshold: 40 });
    let told = false;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "hidden" || told) return;
      told = true;
      const form = new FormData();
      const token = document.querySelector("[name=csrfmiddlewaretoken]");
      if (token) form.append("csrfmiddlewaretoken", token.value);
      form.append("page", document.body.dataset.page || "");
      form.append("subject", document.body.dataset.subject || "");
      for (const [name, value] of Object.entries(seen)) if (value !== null) form.append(name, value.toFixed(name === "cls" ? 4 : 0));
      for (const [what, subject] of notes) form.append(what, subject);
      navigator.sendBeacon(address, form);
    });
  }
})();
