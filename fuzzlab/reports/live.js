// Takes the sections that changed from the server and puts them in their places: node by node, so that what has the focus,
// is unfolded, selected or scrolled stays as it is.
(() => {
  const RETRY = 5000;  // milliseconds, where the browser itself has given up
  const NEWS = 3;  // findings that are read out; of more, how many there are
  const root = document.documentElement;
  const state = document.getElementById("state");
  const news = document.getElementById("news");
  const targets = document.getElementById("targets");
  const trust = window.trustedTypes?.createPolicy("fuzzlab", { createHTML: (text) => text }) ?? { createHTML: (text) => text };
  let run = state.dataset.run;
  let heard = "";

  function parsed(html) {
    const template = document.createElement("template");
    template.innerHTML = trust.createHTML(html);
    return template.content.firstElementChild;
  }

  const isOurs = (element, name) => name === "open" && element instanceof HTMLDetailsElement
    || element.matches(".cursor") && ["x1", "x2", "style"].includes(name)
    || element.matches("article") && name === "class";

  function matchAttributes(old, fresh) {
    for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value && !isOurs(old, name)) old.setAttribute(name, value);
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !isOurs(old, name)) old.removeAttribute(name);
  }

  const isAlike = (old, fresh) => old && old.nodeName === fresh.nodeName && (old.id ?? "") === (fresh.id ?? "");

  function match(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.nodeValue = fresh.nodeValue;
      return;
    }
    matchAttributes(old, fresh);
    if (old.nodeName !== "OUTPUT") matchChildren(old, fresh);  // what the pointer reads
  }

  function matchChildren(old, fresh) {
    const named = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
    let place = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      if (child.id && named.has(child.id) && !isAlike(place, child)) {
        const moved = named.get(child.id);
        if (moved.contains(document.activeElement)) while (place !== moved) place = dropped(place);  // to move it would blur it
        else old.insertBefore(moved, place), place = moved;
      }
      if (isAlike(place, child)) {
        const next = place.nextSibling;
        match(place, child);
        place = next;
      } else {
        old.insertBefore(child, place);
      }
    }
    while (place) place = dropped(place);
  }

  function dropped(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  function put(id, html) {
    const fresh = parsed(html);
    const old = document.getElementById(id);
    if (old) match(old, fresh);
    else targets.append(fresh);
  }

  const found = () => [...document.querySelectorAll("#findings [id^='target-']:is(article, td)")];
  let known = new Set(found().map((element) => element.id));

  function tellFindings(isAnotherRun) {
    const fresh = found().filter((element) => !known.has(element.id));
    known = new Set(found().map((element) => element.id));
    if (isAnotherRun) news.textContent = "Another campaign has begun";
    if (!fresh.length) return;
    for (const element of fresh) element.classList.add("arrived");
    const names = fresh.map((element) => element.querySelector("h3")?.textContent ?? element.parentElement.lastElementChild.textContent);
    news.textContent = fresh.length > NEWS ? `${fresh.length} new findings` : `New finding: ${names.join("; ")}`;
  }

  function show(kind, text) {
    if (state.textContent !== text) state.textContent = text;  // a screen reader hears of what changes
    state.className = kind;
  }

  function take(event) {
    const message = JSON.parse(event.data);
    heard = event.lastEventId;
    root.dataset.revision = heard;
    const isAnotherRun = run !== message.run;
    run = message.run;
    if (isAnotherRun) known.clear();
    const wanted = new Set(message.targets);
    for (const element of [...targets.querySelectorAll(":scope > article")]) if (!wanted.has(element.id)) element.remove();
    for (const [id, html] of Object.entries(message.parts)) put(id, html);
    document.title = message.title;
    show(message.kind, message.state);
    tellFindings(isAnotherRun && message.run !== "");
  }

  function listen() {
    const query = new URLSearchParams(location.search);
    query.set("after", heard || root.dataset.revision);
    const source = new EventSource(`events?${query}`);
    source.addEventListener("page", take);
    source.addEventListener("end", () => source.close());
    source.addEventListener("error", () => {
      show("lost", "Connection lost; trying again");
      if (source.readyState !== EventSource.CLOSED) return;  // the browser tries by itself
      source.close();
      setTimeout(listen, RETRY);
    });
  }

  listen();
})();
