"use strict";
// The pages work without it, but for the buttons that act: those send JSON to the API in the user's name.

const FOLLOW_EVERY_MS = 2000;

// Airflow's UI keeps its theme in localStorage; "system", or nothing, follows the system's.
function applyTheme() {
  const chosen = localStorage.getItem("theme");
  const isDark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", isDark);
}
applyTheme();
addEventListener("storage", applyTheme);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);

addEventListener("DOMContentLoaded", () => {
  const base = document.body.dataset.base;
  const airflow = document.body.dataset.airflow;
  const ends = [];  // What became of the runs that this page has followed.
  let followed = 0;

  function element(name, text, properties = {}) {
    return Object.assign(document.createElement(name), { textContent: text, ...properties });
  }

  function tell(text, isBad = false) {
    const line = element("p", text, { className: isBad ? "bad" : "" });
    document.getElementById("told").replaceChildren(line);
    return line;
  }

  function isBad(said) {
    return / (failed[.;]|stopped\.|not followed)/.test(said);
  }

  // Inside Airflow's UI the pages are a frame that may not navigate its parent; a link of the parent's own may.
  function openInAirflow(address) {
    if (window.parent === window) return void location.assign(address);
    const link = window.parent.document.createElement("a");
    link.href = address;
    window.parent.document.body.append(link);
    link.click();
    link.remove();
  }

  async function fetchJson(address, options) {
    const answer = await fetch(address, options);
    const told = await answer.json().catch(() => {
      throw new Error(`HTTP ${answer.status}, and no answer that can be read. Reload the page, and sign in if you are asked to.`);
    });
    if (!answer.ok) throw new Error(told.error?.message ?? `HTTP ${answer.status}: ${JSON.stringify(told)}`);
    return told;
  }

  function call(path, body) {
    return fetchJson(`${base}/api/v1/${path}`, body === undefined ? {} : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
  }

  // Asks by a dialog, since a framed page may not use confirm(). Resolves to the text entered, "" without one, or null.
  function ask(question, withText = false) {
    return new Promise((resolve) => {
      const dialog = element("dialog", "", { ariaLabel: question });
      const form = element("form", "", { method: "dialog" });
      const text = element("textarea", "", { required: true, maxLength: 500, ariaLabel: "Reason" });
      const actions = element("div", "", { className: "actions" });
      actions.append(
        element("button", "Cancel", { type: "button", onclick: () => dialog.close() }),
        element("button", "Go ahead", { className: "primary", value: "yes" }),
      );
      form.append(element("p", question), ...(withText ? [text] : []), actions);
      dialog.append(form);
      dialog.addEventListener("close", () => {
        resolve(dialog.returnValue === "yes" ? text.value : null);
        dialog.remove();
      });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  // Asks until a run has ended: how, and its row of the ledger, where it came so far.
  async function ended(connection, run) {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY_MS));
      try {
        const { state } = await fetchJson(`${airflow}/api/v2/dags/${run.dag_id}/dagRuns/${encodeURIComponent(run.run_id)}`);
        if (state !== "success" && state !== "failed") continue;
        const { data } = await call(`runs?connection=${connection}`);
        return [state, data.find((each) => each.run_id === `${run.dag_id}/${run.run_id}`)];
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;  // Else fetch reached nobody: perhaps the next time.
      }
    }
  }

  // The page shows what a run has changed once none is followed any more: a reload would forget the others.
  async function follow(connection, run) {
    const link = element("a", "Open it in Airflow", { href: airflow + run.path });
    link.addEventListener("click", (event) => { event.preventDefault(); openInAirflow(link.href); });
    tell(run.is_dag_paused
      ? "The run is queued, but the DAG is paused: let it run in Airflow. "
      : `The run of ${connection} is ${run.state}. `).append(link);
    let isInLedger = false;
    followed += 1;
    try {
      const [state, sync] = await ended(connection, run);
      isInLedger = state === "success" || sync?.state === "failed" || sync?.state === "stopped";
      // Else it failed before its sync began, after the load, or its task was killed.
      const outcome = state === "success" ? "succeeded." : isInLedger ? `${sync.state}.` : "failed; its log says why.";
      ends.push(`The run of ${connection} ${outcome}`);
    } catch (error) {
      ends.push(`The run of ${connection} is not followed any more. ${error.message}`);
    }
    followed -= 1;
    const said = ends.join(" ");
    if (!isInLedger) return void tell(`${said} `, true).append(link);
    if (followed) return void tell(said, isBad(said));
    sessionStorage.setItem("told", said);
    location.reload();
  }

  async function act(button, work) {
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      tell(error.message, true);
    } finally {
      button.disabled = false;
    }
  }

  function on(selector, event, work) {
    for (const found of document.querySelectorAll(selector)) found.addEventListener(event, (each) => work(found, each));
  }

  async function dismiss(connection, ids) {
    const reason = await ask(`Give up ${ids.length} rejected order(s)? They stay closed until the source tells something new. Why?`, true);
    if (reason === null) return;
    const { dismissed } = await call("rejects/dismiss", { connection, reject_ids: ids, reason });
    sessionStorage.setItem("told", `Dismissed: ${dismissed}.`);
    location.reload();
  }

  async function replay(connection, ids) {
    follow(connection, await call(`connections/${connection}/sync`, { mode: "replay", reject_ids: ids }));
  }

  on("[data-post]", "click", (button) => act(button, async () => {
    if (button.dataset.ask && (await ask(button.dataset.ask)) === null) return;
    const answer = await call(button.dataset.post, JSON.parse(button.dataset.body));
    if (button.dataset.follow) follow(button.dataset.follow, answer);
  }));
  on("[data-dismiss]", "click", (button) => act(button, () => dismiss(button.dataset.connection, [button.dataset.dismiss])));
  on("[data-chosen]", "click", (button) => act(button, () => {
    const ids = [...document.querySelectorAll("input[name=chosen]:checked")].map((box) => box.value);
    if (!ids.length) throw new Error("Choose some first.");
    return (button.dataset.chosen === "replay" ? replay : dismiss)(button.dataset.connection, ids);
  }));
  on("[data-all]", "change", (box) => {
    for (const each of document.querySelectorAll("input[name=chosen]")) each.checked = box.checked;
  });
  on("[data-test]", "click", (button) => act(button, async () => {
    const list = document.getElementById("steps");
    list.replaceChildren(element("li", "Asking the source …"));
    const { steps } = await call(button.dataset.test, {}).catch((error) => { list.replaceChildren(); throw error; });
    list.replaceChildren(...steps.map((step) => {
      const item = element("li", "");
      item.append(element("span", step.state, { className: `state ${step.state}` }), element("b", step.name), element("span", step.message));
      return item;
    }));
  }));
  on("[data-copy]", "click", (button) => act(button, async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    tell("Copied.");
  }));
  on("a[data-airflow]", "click", (link, event) => {
    if (window.parent === window || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openInAirflow(link.href);
  });
  on("[data-submit]", "change", (field) => field.form.requestSubmit());
  addEventListener("keydown", (event) => {
    const search = document.querySelector("[data-search]");
    if (event.key !== "/" || !search || event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    search.focus();
  });

  const told = sessionStorage.getItem("told");
  sessionStorage.removeItem("told");
  if (told) tell(told, isBad(told));
});
