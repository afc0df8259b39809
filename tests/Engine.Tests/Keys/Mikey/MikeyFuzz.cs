using System.Security.Cryptography;
using MediaEngine.Keys;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>
/// Fuzz target: whatever arrives, nothing throws, little is allocated, and a refused message gives nothing out. The first octet
/// chooses the reader; the rest is what it reads. Not for several threads.
/// </summary>
internal static class MikeyFuzz
{
    public const int Readers = 5;

    // The longest message's texts in UTF-16, its parameters in clear, hashes and identities.
    private const long MaxAllocation_bytes = 8 * MikeyMessage.MaxLength_bytes;

    private static readonly MikeyScene Scene = new();
    private static readonly byte[] Key = new byte[McxKey.Key_bytes];

    private static readonly MikeyOpenPolicy Tolerant =
        new() { AcceptParametersInClear = true, IgnoreKeyType = true, AcceptSignatureWithoutSignHeader = true };

    static MikeyFuzz()
    {
        Scene.Key.CopyKeyTo(Key);
        Scene.Held.Install(new McxKey(Scene.Key.Id, Key, Scene.Key.Rand));
    }

    /// <summary>The answers of the openers so far.</summary>
    public static HashSet<MikeyError> Reached { get; } = [];

    public static void Fuzz(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;
        byte[] input = data[1..].ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        switch (data[0] % Readers)
        {
            case 0:
                if (MikeyMessage.TryParse(input, out MikeyMessage message) == MikeyError.None)
                {
                    byte[] again = MikeyReencoder.Reencode(input);
                    Require(MikeyMessage.TryParse(again, out MikeyMessage second) == MikeyError.None && second.Count == message.Count);
                }
                break;
            case 1:
                Open(input);
                break;
            case 2:
                // As an authentic sender could make it: the checks after the signature are reached.
                if (input.Length >= MikeySignature.Eccsi_bytes)
                    Open(Scene.Resign(input));
                break;
            case 3:
                var wrap = new PresharedKeyWrap(Cache());
                MikeyError error = wrap.TryUnwrap(input, Scene.Held, MikeyScene.Now, out McxKey? temporary);
                Reached.Add(error);
                Require(error == MikeyError.None == temporary is not null);
                temporary?.Dispose();
                break;
            default:
                KeyParameters.TryRead(input, out _);
                KeyParametersProtection.TryRead(Key, Scene.Key.Id, input, acceptInClear: true, out _);
                for (ReadOnlySpan<byte> rest = input; !rest.IsEmpty && MikeyKeyData.TryRead(rest, out _, out rest) == MikeyError.None;)
                {
                }
                break;
        }
        Require(GC.GetAllocatedBytesForCurrentThread() - before <= MaxAllocation_bytes);
    }

    /// <summary>One input for each reader, and the published messages.</summary>
    public static byte[][] Seeds()
    {
        MikeySakkeRequest request = Scene.Request;
        var rich = request with
        {
            SakkeToSelf = true,
            CryptoSessions = [CryptoSession.McpttGroupCall],
            Policy = MikeySrtpPolicy.GroupMedia,
            Parameters = new KeyParameters(0) { Text = "name" },
        };
        var messages = new List<byte[]> { MikeyMessageTests.OfEveryPayload() };
        for (int i = 0; i < PublishedMessages.Count; i++)
            messages.Add(PublishedMessages.Octets(i));
        foreach (MikeySakkeRequest made in new[] { rich, rich with { ParametersInClear = true, HideIdentities = true } })
        {
            Scene.Request = made;
            messages.Add(Scene.Build());
        }
        Scene.Request = request;
        using McxKey temporary = new(new KeyIdentifier(5), Key, Scene.Key.Rand) { GroupIds = ["sip:a@b", "sip:c@d"] };
        byte[] memory = new byte[500];
        new PresharedKeyWrap(Cache()).TryWrap(temporary, Scene.Key, MikeyScene.Now, new MikeyEntropy(4), memory, out int length);
        messages.Add(memory[..length]);
        byte[] parameters = new byte[100];
        length = new KeyParameters(0) { Text = "name", GroupIds = temporary.GroupIds }.Write(parameters);
        return
        [
            .. messages.SelectMany(message => Enumerable.Range(0, Readers - 1).Select(reader => (byte[])[(byte)reader, .. message])),
            [Readers - 1, .. parameters[..length]],
        ];
    }

    private static void Open(byte[] message)
    {
        Scene.Policy = message.Length > 0 && message[^1] % 2 == 0 ? Tolerant : MikeyOpenPolicy.Strict;
        Scene.Replays = Cache();
        MikeyError error = Scene.Open(message, out OpenedMikeyMessage? opened);
        Reached.Add(error);
        Require(error == MikeyError.None == opened is not null);
        opened?.Dispose();
        Require(Scene.Held.Count == 1);
    }

    private static MikeyReplayCache Cache() => new(1, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));

    private static void Require(bool holds)
    {
        if (!holds)
            throw new CryptographicException("A message broke a promise.");
    }
}
