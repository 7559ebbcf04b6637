// A CloudFront function for viewer requests: the desk's folder means its index.html, and only that. Whatever else is
// not there stays not there.

function handler(event) {
  var request = event.request;
  if (request.uri === '/tools/desk') {
    return {
      statusCode: 301,
      statusDescription: 'Moved Permanently',
      headers: { location: { value: '/tools/desk/' } },
    };
  }
  if (request.uri === '/tools/desk/') {
    request.uri = '/tools/desk/index.html';
  }
  return request;
}
