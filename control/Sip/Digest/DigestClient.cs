using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>The client side of digest (RFC 7616 3.4).</summary>
public static class DigestClient
{
    /// <summary>
    /// Answers the first challenge of <paramref name="realm"/> that we can answer; null when there is none. Credentials are bound
    /// to their realm: another realm's challenge never gets an answer.
    /// </summary>
    /// <param name="challenges">WWW-Authenticate or Proxy-Authenticate values in the server's order.</param>
    /// <param name="realm">The realm the credentials are for.</param>
    /// <param name="user">Its user name.</param>
    /// <param name="hashA1">H(A1) for an algorithm, null when not held for that one.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="requestUri">The request's Request-URI.</param>
    /// <param name="clientNonce">Fresh and unpredictable.</param>
    /// <param name="nonceCount">1 for the first use of the nonce, then one more each.</param>
    public static string? Answer(IEnumerable<string> challenges, string realm, string user, Func<DigestAlgorithm, string?> hashA1,
        string method, string requestUri, string clientNonce, uint nonceCount = 1)
    {
        ArgumentNullException.ThrowIfNull(challenges);
        ArgumentNullException.ThrowIfNull(hashA1);
        foreach (string challenge in challenges)
        {
            if (!DigestFields.TryParse(challenge, out DigestFields fields) || fields["realm"] != realm || fields["nonce"] is not { } nonce ||
                !DigestFields.TryReadAlgorithm(fields["algorithm"], out DigestAlgorithm algorithm) || !OffersAuth(fields["qop"]) ||
                hashA1(algorithm) is not { } hash)
                continue;
            string count = nonceCount.ToString("x8", CultureInfo.InvariantCulture);
            string response = DigestCalculator.Response(algorithm, hash, method, requestUri, nonce, count, clientNonce);
            string answer = DigestFields.Compose(("username", user, true), ("realm", realm, true), ("nonce", nonce, true),
                ("uri", requestUri, true), ("response", response, true), ("algorithm", DigestFields.NameOf(algorithm), false),
                ("cnonce", clientNonce, true), ("qop", "auth", false), ("nc", count, false));
            return fields["opaque"] is { } opaque ? answer + ", opaque=" + SipSyntax.Quote(opaque) : answer;
        }
        return null;
    }

    /// <summary>True when a challenge says our credentials were right and only the nonce was old.</summary>
    public static bool IsStale(string challenge) =>
        DigestFields.TryParse(challenge, out DigestFields fields) && string.Equals(fields["stale"], "true", StringComparison.OrdinalIgnoreCase);

    private static bool OffersAuth(string? qop) =>
        qop is not null && qop.Split(',').Any(option => string.Equals(option.Trim(), "auth", StringComparison.OrdinalIgnoreCase));
}
