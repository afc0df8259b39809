using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Tool;

/// <summary>The I_MESSAGE by which a client uploads its CSK (TS 33.180 5.4, E.4).</summary>
public static class ClientServerKeyMessage
{
    private const int MaxMessage_bytes = 4096;

    /// <summary>Takes some ten milliseconds.</summary>
    /// <param name="key">A CSK.</param>
    /// <param name="mcxServer">MDSI.</param>
    /// <exception cref="ToolException">The identity keys are of no use now.</exception>
    public static byte[] Make(McxKey key, IdentityKeys identity, string mcxServer, DateTimeOffset now, IEntropy entropy)
    {
        var request = new MikeySakkeRequest
        {
            Key = key,
            InitiatorUri = identity.Uri,
            InitiatorKms = identity.Kms,
            ResponderUri = mcxServer,
            ResponderKms = identity.Kms,
            Time = now,
        };
        byte[] message = new byte[MaxMessage_bytes];
        return identity.CoversAt(now) && MikeySakkeBuilder.TryBuild(request, identity, identity, entropy, message, out int length)
            ? message[..length]
            : throw new ToolException(
                $"the identity keys of {identity.Uri} are not for this time; fetch new ones with 'mcx kms fetch', and check the clock of this machine.");
    }
}
