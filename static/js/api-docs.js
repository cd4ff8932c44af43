// No deep links: they would put a link inside each operation's button, which screen readers cannot reach.
window.SwaggerUIBundle({ url: "/api/v1/openapi.json", dom_id: "#swagger-ui" });
