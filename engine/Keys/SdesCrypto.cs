using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>One <c>a=crypto</c> line of SDP (RFC 4568 9.1): a crypto-suite and the key its sender protects with.</summary>
public sealed class SdesCrypto
{
    private const string Name = "crypto:";
    private const string InlineMethod = "inline:";

    // RFC 4568 6.2, RFC 6188 4.1, RFC 7714 14.2.
    private static readonly (string Name, SrtpProfile Profile)[] s_suites =
    [
        ("AEAD_AES_128_GCM", SrtpProfile.AeadAes128Gcm),
        ("AEAD_AES_256_GCM", SrtpProfile.AeadAes256Gcm),
        ("AES_CM_128_HMAC_SHA1_80", SrtpProfile.Aes128CmHmacSha1_80),
        ("AES_CM_128_HMAC_SHA1_32", SrtpProfile.Aes128CmHmacSha1_32),
        ("AES_256_CM_HMAC_SHA1_80", SrtpProfile.Aes256CmHmacSha1_80),
        ("AES_256_CM_HMAC_SHA1_32", SrtpProfile.Aes256CmHmacSha1_32),
    ];

    /// <summary>What is offered, the strongest first.</summary>
    private static readonly SrtpProfile[] s_offered = [SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1_80];

    private readonly SrtpProfile _profile;
    private readonly byte[] _keyAndSalt;

    private SdesCrypto(int tag, SrtpProfile profile, byte[] keyAndSalt)
    {
        Tag = tag;
        _profile = profile;
        _keyAndSalt = keyAndSalt;
    }

    /// <summary>Names the line in the answer.</summary>
    public int Tag { get; }

    /// <summary>Lines for an offer, each with a new key.</summary>
    public static IReadOnlyList<SdesCrypto> Offer(IEntropy entropy) =>
        [.. s_offered.Select((profile, index) => Create(index + 1, profile, entropy))];

    /// <summary>The line that chooses this one in an answer, with a new key.</summary>
    public SdesCrypto Choose(IEntropy entropy) => Create(Tag, _profile, entropy);

    /// <summary>The same key under another tag.</summary>
    public SdesCrypto WithTag(int tag) => new(tag, _profile, _keyAndSalt);

    /// <summary>True for an answer's line that chooses this one.</summary>
    public bool IsChosenBy(SdesCrypto answer) => answer.Tag == Tag && answer._profile == _profile;

    /// <summary>True when suite and key are the same.</summary>
    public bool HasKeyOf(SdesCrypto other) =>
        other._profile == _profile && CryptographicOperations.FixedTimeEquals(other._keyAndSalt, _keyAndSalt);

    /// <summary>The keys of a session in which this side declared this line and the peer the other.</summary>
    /// <exception cref="ArgumentException">Another suite, or the same key.</exception>
    public SdesKeyPair PairWith(SdesCrypto peer) => peer._profile == _profile
        ? new SdesKeyPair(_profile, _keyAndSalt, peer._keyAndSalt)
        : throw new ArgumentException("Both lines have one suite.", nameof(peer));

    /// <summary>
    /// Reads an attribute without <c>a=</c>. False for what is no crypto line or asks for something that is not here: another
    /// suite, several keys, an MKI, session parameters that change the protection.
    /// </summary>
    public static bool TryParse(string attribute, out SdesCrypto crypto)
    {
        crypto = null!;
        if (!attribute.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
            return false;
        string[] parts = attribute[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 3 || parts[0].Length > 9 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int tag))
            return false;
        int suite = Array.FindIndex(s_suites, known => known.Name.Equals(parts[1], StringComparison.OrdinalIgnoreCase));
        if (suite < 0 || !parts[2].StartsWith(InlineMethod, StringComparison.OrdinalIgnoreCase))
            return false;
        // The window size hint changes nothing on the wire; all other session parameters do (RFC 4568 6.3).
        if (parts.Skip(3).Any(parameter => !parameter.StartsWith("WSH=", StringComparison.OrdinalIgnoreCase)))
            return false;
        string[] key = parts[2][InlineMethod.Length..].Split('|');
        // After the key a lifetime, which is ours to stay below, or an MKI, which has a colon.
        if (key.Skip(1).Any(parameter => parameter.Contains(':', StringComparison.Ordinal)) || parts[2].Contains(';', StringComparison.Ordinal))
            return false;
        byte[] octets = new byte[64];
        int expected = SdesKeyPair.Length_bytes(s_suites[suite].Profile);
        // Some leave the padding out (AES-256 suites need it).
        string text = key[0].Length % 4 == 0 ? key[0] : key[0].PadRight(key[0].Length + 4 - key[0].Length % 4, '=');
        if (text.Length > 88 || Base64.DecodeFromUtf8(Encoding.ASCII.GetBytes(text), octets, out _, out int length) != OperationStatus.Done
            || length != expected)
            return false;
        crypto = new SdesCrypto(tag, s_suites[suite].Profile, octets[..length]);
        CryptographicOperations.ZeroMemory(octets);
        return true;
    }

    /// <summary>The attribute without <c>a=</c>: it holds the key.</summary>
    public string ToAttribute() =>
        $"{Name}{Tag.ToString(CultureInfo.InvariantCulture)} {Array.Find(s_suites, suite => suite.Profile == _profile).Name} {InlineMethod}{Convert.ToBase64String(_keyAndSalt)}";

    /// <summary>Tag and suite; never key material.</summary>
    public override string ToString() => $"crypto {Tag} {_profile}";

    private static SdesCrypto Create(int tag, SrtpProfile profile, IEntropy entropy)
    {
        byte[] keyAndSalt = new byte[SdesKeyPair.Length_bytes(profile)];
        entropy.Fill(keyAndSalt);
        return new SdesCrypto(tag, profile, keyAndSalt);
    }
}
