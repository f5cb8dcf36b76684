// Talks to the payment service.
const client = {
  url: "https://payments.example/v1",
  apiKey: "@@stripe-key@@",
};

export async function charge(amount) {
  const body = JSON.stringify({ amount });
  const headers = { Authorization: `Bearer ${client.apiKey}` };
  return fetch(client.url, { method: "POST", headers, body });
}
