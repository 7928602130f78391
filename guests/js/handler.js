// What js-http.c runs: answers with what it was asked: method, target, fields and body. Throws for /throw.
function handle(request) {
    if (request.target === "/throw") throw new Error("as asked");
    const fields = request.fields.map(([name, value]) => `${name}: ${value}\n`).join("");
    return {
        status: 200,
        fields: [["content-type", "text/plain"], ["x-guest", "javascript"]],
        body: `${request.method}\n${request.target}\n${fields}\n${request.body}`,
    };
}
