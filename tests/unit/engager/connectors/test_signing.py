"""How calls are signed."""

from services.engager.connectors.signing import signature_headers


def test_a_signature_is_of_the_time_and_of_what_is_told() -> None:
    headers = signature_headers(key_id="hook", secret=b"Jefe", told=b'{"key":"1"}', now=1_893_499_200.9)

    assert headers == {
        "Atelier-Key-Id": "hook",
        "Atelier-Timestamp": "1893499200",
        # printf '1893499200.{"key":"1"}' | openssl dgst -sha256 -hmac Jefe
        "Atelier-Signature": "55750de1ce08e5669dbc371637099e36bf148bdd4d8d52a3319035b30f52110d",
    }
