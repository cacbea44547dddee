/* WeChat's own payment window: its bridge is there only inside WeChat, sometimes a moment after the page. */
(() => {
  "use strict";
  const said = document.getElementById("bridge").dataset;
  const given = JSON.parse(said.given);
  const open = () => window.WeixinJSBridge.invoke("getBrandWCPayRequest", given, () => { window.location.replace(said.back); });
  if (window.WeixinJSBridge) open();
  else document.addEventListener("WeixinJSBridgeReady", open, { once: true });
})();
