using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// The server side of digest (RFC 7616, RFC 8760): SHA-256, qop=auth. A nonce is its issue time, a salt and a keyed hash of both
/// and the realm, so an unauthenticated peer leaves no state. One thread.
/// </summary>
public sealed class DigestAuthentication : IDisposable
{
    private const int Salt_bytes = 8;
    private const int Mac_bytes = 16;
    private readonly byte[] _key;
    private readonly IEntropy _entropy;
    private readonly DigestOptions _options;
    private readonly NonceCounts _counts;

    /// <param name="realm">The protection domain, a plain name.</param>
    /// <param name="nonceKey">At least 16 secret octets; nodes that share it accept each other's nonces.</param>
    /// <param name="entropy">Salts.</param>
    /// <param name="options">Defaults when null.</param>
    public DigestAuthentication(string realm, ReadOnlySpan<byte> nonceKey, IEntropy entropy, DigestOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(realm);
        ArgumentNullException.ThrowIfNull(entropy);
        if (!SipSyntax.IsValue(realm))
            throw new ArgumentException("A realm is one line.", nameof(realm));
        ArgumentOutOfRangeException.ThrowIfLessThan(nonceKey.Length, 16, nameof(nonceKey));
        Realm = realm;
        _key = nonceKey.ToArray();
        _entropy = entropy;
        _options = options ?? new DigestOptions();
        _counts = new NonceCounts(_options.MaxTrackedNonces);
    }

    public string Realm { get; }

    /// <summary>401 or 407.</summary>
    public int ChallengeStatus => _options.Proxy ? 407 : 401;

    /// <summary>The header values of a challenge in order of preference.</summary>
    /// <param name="unixSeconds">Now.</param>
    /// <param name="stale">The credentials were right once.</param>
    /// <param name="offer">The algorithms where MD5 is allowed.</param>
    public IReadOnlyList<string> Challenge(long unixSeconds, bool stale = false, DigestOffer offer = DigestOffer.Sha256First)
    {
        string nonce = MakeNonce(unixSeconds);
        DigestAlgorithm[] algorithms = !_options.AllowMd5
            ? [DigestAlgorithm.Sha256]
            : offer switch
            {
                DigestOffer.Md5Alone => [DigestAlgorithm.Md5],
                DigestOffer.Md5First => [DigestAlgorithm.Md5, DigestAlgorithm.Sha256],
                _ => [DigestAlgorithm.Sha256, DigestAlgorithm.Md5],
            };
        return [.. algorithms.Select(algorithm => ChallengeFor(algorithm, nonce, stale))];
    }

    /// <summary>A 401 or 407 to the request with the challenge in it.</summary>
    public SipResponse ChallengeResponse(SipRequest request, long unixSeconds, bool stale = false, string? toTag = null, DigestOffer offer = DigestOffer.Sha256First)
    {
        var response = SipResponse.For(request, ChallengeStatus, toTag: toTag);
        foreach (string value in Challenge(unixSeconds, stale, offer))
            response.Headers.Add(_options.Proxy ? "Proxy-Authenticate" : "WWW-Authenticate", value);
        return response;
    }

    /// <summary>
    /// Checks the request's credentials. <paramref name="hashA1"/> gives H(A1) of a user for an algorithm, null for an unknown
    /// user. <paramref name="user"/> is set for <see cref="DigestOutcome.Ok"/> only.
    /// </summary>
    public DigestOutcome Verify(SipRequest request, long unixSeconds, Func<string, DigestAlgorithm, string?> hashA1, out string? user)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(hashA1);
        user = null;
        DigestOutcome found = FindCredentials(request, out DigestFields fields);
        if (found != DigestOutcome.Ok)
            return found;
        if (fields["username"] is not { Length: > 0 } name || fields["nonce"] is not { } nonce || fields["uri"] is not { } uri ||
            fields["response"] is not { } response || fields["cnonce"] is not { Length: > 0 } clientNonce ||
            fields["nc"] is not { Length: 8 } countText || fields["qop"] is not "auth" ||
            !uint.TryParse(countText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint count) || count == 0 ||
            !DigestFields.TryReadAlgorithm(fields["algorithm"], out DigestAlgorithm algorithm) ||
            (algorithm == DigestAlgorithm.Md5 && !_options.AllowMd5) || !SameUri(uri, request.RequestUri))
            return DigestOutcome.Malformed;
        if (!TryReadNonce(nonce, out long issuedAt) || issuedAt > unixSeconds + 60 ||
            unixSeconds - issuedAt > (long)_options.NonceLifetime.TotalSeconds || _counts.IsForgotten(nonce, issuedAt))
            return DigestOutcome.Stale;
        // An unknown user costs the same hashes as a known one.
        string? stored = hashA1(name, algorithm);
        string expected = DigestCalculator.Response(algorithm, stored ?? Convert.ToHexStringLower(_key.AsSpan(0, 16)), request.Method, uri,
            nonce, countText, clientNonce);
        bool same = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(response));
        if (!same || stored is null)
            return DigestOutcome.Rejected;
        _counts.Expire(unixSeconds - (long)_options.NonceLifetime.TotalSeconds);
        if (!_counts.TryUse(nonce, issuedAt, count))
            return DigestOutcome.Replayed;
        user = name;
        return DigestOutcome.Ok;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private DigestOutcome FindCredentials(SipRequest request, out DigestFields fields)
    {
        fields = new DigestFields();
        foreach (string value in request.Headers.GetAll(_options.Proxy ? "Proxy-Authorization" : "Authorization"))
        {
            // Another scheme is as good as none (RFC 4475 3.3.7): it gets our challenge.
            if (!DigestFields.IsDigest(value))
                continue;
            if (!DigestFields.TryParse(value, out fields))
                return DigestOutcome.Malformed;
            if (fields["realm"] == Realm)
                return DigestOutcome.Ok;
        }
        return DigestOutcome.Missing;
    }

    private string ChallengeFor(DigestAlgorithm algorithm, string nonce, bool stale)
    {
        string challenge = DigestFields.Compose(("realm", Realm, true), ("nonce", nonce, true), ("qop", "auth", true),
            ("algorithm", DigestFields.NameOf(algorithm), false));
        return stale ? challenge + ", stale=true" : challenge;
    }

    private string MakeNonce(long unixSeconds)
    {
        Span<byte> nonce = stackalloc byte[8 + Salt_bytes + Mac_bytes];
        BinaryPrimitives.WriteInt64BigEndian(nonce, unixSeconds);
        _entropy.Fill(nonce.Slice(8, Salt_bytes));
        WriteMac(nonce[..(8 + Salt_bytes)], nonce[(8 + Salt_bytes)..]);
        return Convert.ToHexStringLower(nonce);
    }

    private bool TryReadNonce(string text, out long issuedAt)
    {
        issuedAt = 0;
        Span<byte> nonce = stackalloc byte[8 + Salt_bytes + Mac_bytes];
        if (text.Length != nonce.Length * 2 ||
            Convert.FromHexString(text, nonce, out _, out int written) != System.Buffers.OperationStatus.Done || written != nonce.Length)
            return false;
        Span<byte> mac = stackalloc byte[Mac_bytes];
        WriteMac(nonce[..(8 + Salt_bytes)], mac);
        issuedAt = BinaryPrimitives.ReadInt64BigEndian(nonce);
        return CryptographicOperations.FixedTimeEquals(mac, nonce[(8 + Salt_bytes)..]);
    }

    private void WriteMac(ReadOnlySpan<byte> timeAndSalt, Span<byte> mac)
    {
        byte[] realm = Encoding.UTF8.GetBytes(Realm);
        byte[] input = [.. timeAndSalt, .. realm];
        Span<byte> full = stackalloc byte[32];
        HMACSHA256.HashData(_key, input, full);
        full[..Mac_bytes].CopyTo(mac);
    }

    private static bool SameUri(string left, string right) => left == right ||
        (SipUri.TryParse(left, out SipUri? a) && SipUri.TryParse(right, out SipUri? b) && a.Equals(b));
}
