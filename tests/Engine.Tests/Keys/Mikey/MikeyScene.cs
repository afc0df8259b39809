using MediaEngine.Keys;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>A sender and a receiver of I_MESSAGEs; a test changes what it is about.</summary>
internal sealed class MikeyScene : IDisposable
{
    public const string Initiator = "sip:gms@mcx.example", Responder = "sip:alice@mcx.example", Group = "sip:fire@mcx.example";
    public const int Period_s = 30 * 86400;

    public static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public MikeyScene(KeyPurpose purpose = KeyPurpose.GroupMasterKey)
    {
        Key = McxKey.Create(purpose, new MikeyEntropy(1));
        Request = new MikeySakkeRequest
        {
            Key = Key,
            InitiatorUri = Initiator,
            InitiatorKms = Kms,
            ResponderUri = Responder,
            ResponderKms = Kms,
            Time = Now,
            Parameters = new KeyParameters(purpose),
        };
    }

    public static KeyManagementServer Kms { get; } = new("kms.mcx.example", Period_s, 0);

    public StandInCrypto Crypto { get; } = new();

    public McxKey Key { get; }

    public MikeySakkeRequest Request { get; set; }

    public MikeyOpenPolicy Policy { get; set; } = MikeyOpenPolicy.Strict;

    public IReadOnlyList<KeyManagementServer> Trusted { get; set; } = [Kms];

    public MikeyReplayCache Replays { get; set; } = new(4, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));

    public McxKeyStore Held { get; } = new(8);

    public string OwnUri { get; set; } = Responder;

    public string? ExpectedInitiator { get; set; }

    public DateTimeOffset ReceiverTime { get; set; } = Now;

    /// <summary>The identifier the last message was authentic for.</summary>
    public KeyIdentifier KeyId { get; private set; }

    public byte[] Build()
    {
        byte[] memory = new byte[2000];
        if (!MikeySakkeBuilder.TryBuild(Request, Crypto, Crypto, new MikeyEntropy(2), memory, out int length))
            throw new InvalidOperationException("Not made.");
        return memory[..length];
    }

    /// <summary>Changes the message before its end and signs it anew, as an authentic sender could.</summary>
    public byte[] Resign(byte[] message)
    {
        byte[] identifier = new byte[UserIdentifier.Length_bytes];
        Kms.DeriveUserIdentifier(Initiator, Kms.PeriodOf(NtpTimestamp.FromUtc(Request.Time)), identifier);
        Crypto.TrySign(identifier, message.AsSpan(0, message.Length - MikeySignature.Eccsi_bytes), message.AsSpan(message.Length - MikeySignature.Eccsi_bytes));
        return message;
    }

    public MikeyError Open(byte[] message, out OpenedMikeyMessage? opened)
    {
        var opener = new MikeySakkeOpener(OwnUri, Kms, Trusted, Crypto, Crypto, Replays, Policy);
        MikeyError error = opener.TryOpen(message, Request.Key.Purpose, ExpectedInitiator, ReceiverTime, Held, out opened, out KeyIdentifier id);
        KeyId = id;
        return error;
    }

    public MikeyError Open() => Open(Build());

    public MikeyError Open(byte[] message)
    {
        MikeyError error = Open(message, out OpenedMikeyMessage? opened);
        if (opened is null == (error == MikeyError.None))
            throw new InvalidOperationException("A refused message gave something out.");
        opened?.Dispose();
        return error;
    }

    public void Dispose()
    {
        Key.Dispose();
        Held.Dispose();
    }
}
