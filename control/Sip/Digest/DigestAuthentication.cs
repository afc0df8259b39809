using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
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
    private const int MaxClockSkew_s = 60;

    /// <summary>Peers answer each challenge of ours; more than that is no peer.</summary>
    private const int MaxCredentials = 4;

    private readonly byte[] _key;
    private readonly IEntropy _entropy;
    private readonly DigestOptions _options;
    private readonly NonceCounts _counts;

    /// <summary>Time and salt go before the realm.</summary>
    private readonly byte[] _macInput;

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
        _macInput = [.. new byte[8 + Salt_bytes], .. Encoding.UTF8.GetBytes(realm)];
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
    /// Checks the request's credentials; of several under our realm the first that are right count.
    /// <paramref name="user"/> is the user's name as the request has it, set for <see cref="DigestOutcome.Ok"/> only.
    /// </summary>
    public DigestOutcome Verify(SipRequest request, long unixSeconds, DigestSecrets secrets, out string? user)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(secrets);
        user = null;
        DigestOutcome outcome = DigestOutcome.Missing;
        int ours = 0;
        foreach (string value in request.Headers.GetAll(_options.Proxy ? "Proxy-Authorization" : "Authorization"))
        {
            // Another scheme is as good as none (RFC 4475 3.3.7): it gets our challenge.
            if (!DigestFields.IsDigest(value))
                continue;
            DigestOutcome found = DigestOutcome.Malformed;
            if (DigestCredentials.TryParse(value, out DigestCredentials credentials))
            {
                if (!credentials.Realm.SequenceEqual(Realm))
                    continue;
                if (++ours > MaxCredentials)
                    break;
                found = Verify(request, credentials, unixSeconds, secrets);
                if (found == DigestOutcome.Ok)
                {
                    user = credentials.User.ToString();
                    return found;
                }
            }
            // What is said of the best of them: Rejected tells more than Stale, Stale more than Malformed.
            outcome = found > outcome ? found : outcome;
        }
        return outcome;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private DigestOutcome Verify(SipRequest request, in DigestCredentials credentials, long unixSeconds, DigestSecrets secrets)
    {
        if (credentials.User.Length == 0 || credentials.Nonce.Length == 0 || credentials.ClientNonce.Length == 0 ||
            credentials.NonceCount.Length != 8 || credentials.Qop is not "auth" ||
            !uint.TryParse(credentials.NonceCount, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint count) || count == 0 ||
            !DigestFields.TryReadAlgorithm(credentials.Algorithm, out DigestAlgorithm algorithm) ||
            (algorithm == DigestAlgorithm.Md5 && !_options.AllowMd5) || !SameUri(credentials.Uri, request.RequestUri))
            return DigestOutcome.Malformed;
        long oldest = unixSeconds - (long)_options.NonceLifetime.TotalSeconds;
        if (!TryReadNonce(credentials.Nonce, out DigestNonce nonce) || nonce.IssuedAt > unixSeconds + MaxClockSkew_s || nonce.IssuedAt < oldest ||
            _counts.IsForgotten(nonce))
            return DigestOutcome.Stale;
        if (!IsRight(request.Method, credentials, algorithm, secrets))
            return DigestOutcome.Rejected;
        _counts.Expire(oldest);
        return _counts.TryUse(nonce, count) ? DigestOutcome.Ok : DigestOutcome.Replayed;
    }

    private bool IsRight(string method, in DigestCredentials credentials, DigestAlgorithm algorithm, DigestSecrets secrets)
    {
        Span<byte> secret = stackalloc byte[DigestCalculator.MaxLength_bytes];
        secret = secret[..DigestCalculator.LengthOf(algorithm)];
        Span<char> hashA1 = stackalloc char[2 * DigestCalculator.MaxLength_bytes];
        hashA1 = hashA1[..(2 * secret.Length)];
        Span<char> expected = stackalloc char[2 * DigestCalculator.MaxLength_bytes];
        expected = expected[..hashA1.Length];
        bool isKnown = secrets(credentials.User, algorithm, secret);
        // An unknown user costs the same hashes as a known one.
        if (!isKnown)
            _key.AsSpan(0, 16).CopyTo(secret);
        Convert.TryToHexStringLower(secret, hashA1, out _);
        DigestCalculator.Response(algorithm, hashA1, method, credentials.Uri, credentials.Nonce, credentials.NonceCount, credentials.ClientNonce, expected);
        bool isSame = CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(expected), MemoryMarshal.AsBytes(credentials.Response));
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(hashA1));
        return isSame & isKnown;
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

    private bool TryReadNonce(ReadOnlySpan<char> text, out DigestNonce read)
    {
        read = default;
        Span<byte> nonce = stackalloc byte[8 + Salt_bytes + Mac_bytes];
        if (text.Length != nonce.Length * 2 ||
            Convert.FromHexString(text, nonce, out _, out int written) != System.Buffers.OperationStatus.Done || written != nonce.Length)
            return false;
        Span<byte> mac = stackalloc byte[Mac_bytes];
        WriteMac(nonce[..(8 + Salt_bytes)], mac);
        read = new DigestNonce(BinaryPrimitives.ReadInt64BigEndian(nonce), BinaryPrimitives.ReadUInt64BigEndian(nonce[8..]));
        return CryptographicOperations.FixedTimeEquals(mac, nonce[(8 + Salt_bytes)..]);
    }

    private void WriteMac(ReadOnlySpan<byte> timeAndSalt, Span<byte> mac)
    {
        timeAndSalt.CopyTo(_macInput);
        Span<byte> full = stackalloc byte[32];
        HMACSHA256.HashData(_key, _macInput, full);
        full[..Mac_bytes].CopyTo(mac);
    }

    private static bool SameUri(ReadOnlySpan<char> left, string right) => left.SequenceEqual(right) ||
        (SipUri.TryParse(left, out SipUri? a) && SipUri.TryParse(right, out SipUri? b) && a.Equals(b));
}
