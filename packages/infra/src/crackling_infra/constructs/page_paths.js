// A CloudFront Function (runtime cloudfront-js-2.0) that sends viewers of unknown paths to the page.
//
// The page is one file whose views are in the fragment, which browsers keep when they are redirected. S3 answers XML for a missing
// key. A custom error response would replace it, but also the API's errors. A rewrite to index.html would not do, because the
// page's links are relative. A missing file with an extension (an old script) stays an error.
function handler(event) {
  const request = event.request;
  const name = request.uri.slice(request.uri.lastIndexOf("/") + 1);
  const isFile = name.includes(".") && !name.endsWith(".html");
  if (isFile || request.uri === "/" || request.uri === "/index.html") return request;
  return { statusCode: 302, statusDescription: "Found", headers: { location: { value: "/" } } };
}
