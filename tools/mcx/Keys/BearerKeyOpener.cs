using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary>Opens the I_MESSAGEs by which the MC system brings a bearer's MSCCK.</summary>
/// <param name="mcxServer">Who alone may send them.</param>
internal sealed class BearerKeyOpener(IdentityKeys identity, string mcxServer, TimeProvider time)
{
    private const int ReplayCapacity = 256;
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    private readonly MikeySakkeOpener _opener = new(
        identity.Uri, identity.Kms, identity.TrustedKms, identity, identity, new MikeyReplayCache(ReplayCapacity, MaxAge, MaxAge), MikeyOpenPolicy.Strict);

    /// <summary>Takes some ten milliseconds.</summary>
    /// <param name="key">The caller's to dispose; null unless the error is None.</param>
    public MikeyError Open(ReadOnlySpan<byte> message, out McxKey? key)
    {
        MikeyError error = _opener.TryOpen(
            message, KeyPurpose.MbmsSubchannelControlKey, mcxServer, time.GetUtcNow(), held: null, out OpenedMikeyMessage? opened, out _);
        key = opened?.TakeKey();
        return error;
    }
}
