using MediaEngine.Rtp;

namespace MediaEngine.Keys;

/// <summary>
/// How the key of a temporary group is delivered under a GMK that the members hold already. An interface because no public
/// stage 3 text defines it; without one, such a key comes as any GMK does, in an I_MESSAGE for each member.
/// </summary>
public interface ITemporaryGroupKeyWrap
{
    /// <summary>Writes the message for all members; false when it does not fit.</summary>
    /// <param name="temporary">The key, its purpose GMK, with RAND, lifetime and groups.</param>
    /// <param name="parent">The GMK it is wrapped under.</param>
    /// <param name="time">Now.</param>
    /// <param name="entropy">Chance.</param>
    /// <param name="destination">Cleared when the answer is false.</param>
    /// <param name="length">0 unless true.</param>
    bool TryWrap(McxKey temporary, McxKey parent, DateTimeOffset time, IEntropy entropy, Span<byte> destination, out int length);

    /// <summary>Opens a message under one of the GMKs held; on any error nothing is given out.</summary>
    /// <param name="octets">The whole message.</param>
    /// <param name="held">Where the GMK is, and what the new key is checked against.</param>
    /// <param name="now">The receiver's time.</param>
    /// <param name="temporary">The caller's to dispose; null unless None.</param>
    MikeyError TryUnwrap(ReadOnlySpan<byte> octets, McxKeyStore held, DateTimeOffset now, out McxKey? temporary);
}
