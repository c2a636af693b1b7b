API=$SEGMENTS_URL/v1/customer-segments
AUTHORIZATION="Authorization: Bearer $SEGMENTS_TOKEN"
KEY=$(node -p 'crypto.randomUUID()')

# --retry repeats a request after 429 and 503, and waits as long as Retry-After says. A create with a key can be repeated safely.
CREATED=$(curl -sS --fail-with-body --retry 3 -X POST "$API" -H "$AUTHORIZATION" -H "Idempotency-Key: $KEY" \
  -d name="High Spend Customers" -d criteria="spend > 1000" -d description="")
ID=$(echo "$CREATED" | node -p 'JSON.parse(fs.readFileSync(0)).id')

curl -sS --fail-with-body -G "$API" -H "$AUTHORIZATION" -d limit=10 --data-urlencode name="High Spend Customers"

curl -sS --fail-with-body -X PATCH "$API/$ID" -H "$AUTHORIZATION" -H 'If-Match: "1"' -d criteria="spend > 2000"

curl -sS --fail-with-body -X DELETE "$API/$ID" -H "$AUTHORIZATION" -H 'If-Match: "2"'
