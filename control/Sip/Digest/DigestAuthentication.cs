using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// The server side of digest (RFC 7616, RFC 8760): SHA-256, qop=auth. A nonce is its issue time, a salt and a tag over both and
/// the realm, so an unauthenticated peer leaves no state. One thread.
/// </summary>
public sealed class DigestAuthentication : IDisposable
{
    private const int MaxClockSkew_s = 60;
    private const int Decoy_bytes = 16;

    /// <summary>Peers answer each challenge of ours; more than that is no peer.</summary>
    private const int MaxCredentials = 4;

    /// <summary>What stands for the secret of an unknown user.</summary>
    private readonly byte[] _decoy;

    private readonly NonceSeal _nonces;
    private readonly DigestOptions _options;
    private readonly NonceCounts _counts;

    /// <summary>A challenge before its nonce.</summary>
    private readonly string _beforeNonce;

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
        _decoy = nonceKey[..Decoy_bytes].ToArray();
        _nonces = new NonceSeal(Encoding.UTF8.GetBytes(realm), nonceKey, entropy);
        _options = options ?? new DigestOptions();
        _counts = new NonceCounts(_options.MaxTrackedNonces);
        _beforeNonce = DigestFields.Compose(("realm", realm, true)) + ", nonce=\"";
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
        ReadOnlySpan<DigestAlgorithm> algorithms = Offered(offer);
        Span<char> nonce = stackalloc char[NonceSeal.Length];
        _nonces.Make(unixSeconds, nonce);
        string[] challenges = new string[algorithms.Length];
        for (int i = 0; i < algorithms.Length; i++)
            challenges[i] = string.Concat(_beforeNonce, nonce, AfterNonce(algorithms[i]), stale ? ", stale=true" : "");
        return challenges;
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

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_decoy);
        _nonces.Dispose();
    }

    private DigestOutcome Verify(SipRequest request, in DigestCredentials credentials, long unixSeconds, DigestSecrets secrets)
    {
        if (credentials.User.Length == 0 || credentials.Nonce.Length == 0 || credentials.ClientNonce.Length == 0 ||
            credentials.NonceCount.Length != 8 || credentials.Qop is not "auth" ||
            !uint.TryParse(credentials.NonceCount, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint count) || count == 0 ||
            !DigestFields.TryReadAlgorithm(credentials.Algorithm, out DigestAlgorithm algorithm) ||
            (algorithm == DigestAlgorithm.Md5 && !_options.AllowMd5) || !SameUri(credentials.Uri, request.RequestUri))
            return DigestOutcome.Malformed;
        long oldest = unixSeconds - (long)_options.NonceLifetime.TotalSeconds;
        if (!_nonces.TryRead(credentials.Nonce, out DigestNonce nonce) || nonce.IssuedAt > unixSeconds + MaxClockSkew_s || nonce.IssuedAt < oldest ||
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
            _decoy.CopyTo(secret);
        Convert.TryToHexStringLower(secret, hashA1, out _);
        DigestCalculator.Response(algorithm, hashA1, method, credentials.Uri, credentials.Nonce, credentials.NonceCount, credentials.ClientNonce, expected);
        bool isSame = CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(expected), MemoryMarshal.AsBytes(credentials.Response));
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(hashA1));
        return isSame & isKnown;
    }

    private ReadOnlySpan<DigestAlgorithm> Offered(DigestOffer offer) => (_options.AllowMd5, offer) switch
    {
        (false, _) => [DigestAlgorithm.Sha256],
        (_, DigestOffer.Md5Alone) => [DigestAlgorithm.Md5],
        (_, DigestOffer.Md5First) => [DigestAlgorithm.Md5, DigestAlgorithm.Sha256],
        _ => [DigestAlgorithm.Sha256, DigestAlgorithm.Md5],
    };

    private static string AfterNonce(DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256
        ? "\", qop=\"auth\", algorithm=SHA-256"
        : "\", qop=\"auth\", algorithm=MD5";

    private static bool SameUri(ReadOnlySpan<char> left, string right) => left.SequenceEqual(right) ||
        (SipUri.TryParse(left, out SipUri? a) && SipUri.TryParse(right, out SipUri? b) && a.Equals(b));
}
