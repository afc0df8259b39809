using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// Messages made here for others to read. Signature and encapsulated data are octets of the right number: a dissector has no
/// keys to look into them.
/// </summary>
internal sealed class MadeMessages : IMikeySigner, ISakkeEncapsulator, IEntropy
{
    public const string Initiator = "sip:alice@mcx.example", Responder = "sip:bob@mcx.example", KmsUri = "kms.mcx.example";

    public static readonly DateTimeOffset Time = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private byte _next = 0x10;

    /// <summary>A PCK with policy and key parameters, under the empty map of the default profile.</summary>
    public byte[] PrivateCall(out McxKey key) => Make(key = McxKey.Create(KeyPurpose.PrivateCallKey, this), MikeySrtpPolicy.GroupMedia, []);

    /// <summary>A GMK with a GENERIC-ID map.</summary>
    public byte[] Group(out McxKey key) => Make(key = McxKey.Create(KeyPurpose.GroupMasterKey, this), null, [CryptoSession.McpttGroupCall]);

    /// <summary>A temporary group's key under a GMK.</summary>
    public byte[] TemporaryGroup(out McxKey key)
    {
        key = McxKey.Create(KeyPurpose.GroupMasterKey, this);
        using McxKey parent = McxKey.Create(KeyPurpose.GroupMasterKey, this);
        byte[] memory = new byte[1000];
        var wrap = new PresharedKeyWrap(new MikeyReplayCache(1, TimeSpan.FromMinutes(1), TimeSpan.Zero));
        Assert.True(wrap.TryWrap(key, parent, Time, this, memory, out int length));
        return memory[..length];
    }

    public bool TrySign(ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> message, Span<byte> signature129)
    {
        signature129.Fill(0xC3);
        return true;
    }

    public bool TryEncapsulate(
        KeyManagementServer kms, ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> key16, Span<byte> encapsulatedData273)
    {
        encapsulatedData273.Fill(0x5A);
        return true;
    }

    public void Fill(Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = _next++;
    }

    private byte[] Make(McxKey key, MikeySrtpPolicy? policy, CryptoSession[] sessions)
    {
        var kms = new KeyManagementServer(KmsUri, 2592000, 0);
        var request = new MikeySakkeRequest
        {
            Key = key,
            InitiatorUri = Initiator,
            InitiatorKms = kms,
            ResponderUri = Responder,
            ResponderKms = kms,
            Time = Time,
            Policy = policy,
            CryptoSessions = sessions,
            Parameters = new KeyParameters(key.Purpose) { Text = "incident" },
        };
        byte[] memory = new byte[2000];
        Assert.True(MikeySakkeBuilder.TryBuild(request, this, this, this, memory, out int length));
        return memory[..length];
    }
}
