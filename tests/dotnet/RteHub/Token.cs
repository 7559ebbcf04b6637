// A JSON Web Token made and checked by hand: HS256, with an expiry. Real enough that a changed or expired token fails.

using System;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Switchhook.RteHub
{
    public static class Token
    {
        private static readonly byte[] Key = NewKey();

        /// <summary>A token for a user that is good for so many seconds.</summary>
        public static string Issue(string user, int seconds)
        {
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            var head = Encode(JsonSerializer.SerializeToUtf8Bytes(new { alg = "HS256", typ = "JWT" }));
            var body = Encode(JsonSerializer.SerializeToUtf8Bytes(new { sub = user, iat = now, exp = now + seconds }));
            return $"{head}.{body}.{Sign($"{head}.{body}")}";
        }

        /// <summary>Whether this server signed the token and it has not expired.</summary>
        public static bool IsValid(string token)
        {
            var parts = (token ?? "").Split('.');
            if (parts.Length != 3)
            {
                return false;
            }
            var expected = Encoding.ASCII.GetBytes(Sign($"{parts[0]}.{parts[1]}"));
            if (!CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(parts[2])))
            {
                return false;
            }
            // The signature is right, so the body is one that this server wrote.
            using var body = JsonDocument.Parse(Decode(parts[1]));
            return body.RootElement.GetProperty("exp").GetInt64() > DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        }

        /// <summary>Reads the user from a Basic header. Any user is known here; the password is not looked at.</summary>
        public static bool ReadsAsUser(string header, out string user)
        {
            const string basic = "Basic ";
            user = null;
            if (header == null || !header.StartsWith(basic, StringComparison.Ordinal))
            {
                return false;
            }
            try
            {
                var pair = Encoding.UTF8.GetString(Convert.FromBase64String(header.Substring(basic.Length)));
                user = pair.Split(':')[0];
                return user.Length > 0 && pair.Contains(':');
            }
            catch (FormatException)
            {
                return false;
            }
        }

        private static string Sign(string text)
        {
            using var signer = new HMACSHA256(Key);
            return Encode(signer.ComputeHash(Encoding.ASCII.GetBytes(text)));
        }

        private static string Encode(byte[] bytes) =>
            Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

        private static byte[] Decode(string text)
        {
            var padded = text.Replace('-', '+').Replace('_', '/');
            return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
        }

        private static byte[] NewKey()
        {
            var key = new byte[32];
            RandomNumberGenerator.Fill(key);
            return key;
        }
    }
}
