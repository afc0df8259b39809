using System.Runtime.InteropServices;

namespace MediaEngine.Sip;

/// <summary>Where one header line of a message stands in its octets. Sixteen octets, kept behind the message itself.</summary>
/// <param name="NameStart">Offset of the name.</param>
/// <param name="ValueStart">Offset of the value, white space cut off on both sides.</param>
/// <param name="ValueLength_bytes">Folds included.</param>
/// <param name="NameLength_bytes">Without white space.</param>
/// <param name="Id">Of <see cref="SipHeaderNames"/>.</param>
/// <param name="IsFolded">The value holds a line break.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct SipHeaderEntry(
    int NameStart, int ValueStart, int ValueLength_bytes, ushort NameLength_bytes, byte Id, bool IsFolded)
{
    public const int Size_bytes = 16;

    public ReadOnlySpan<byte> NameIn(ReadOnlySpan<byte> message) => message.Slice(NameStart, NameLength_bytes);

    public ReadOnlySpan<byte> ValueIn(ReadOnlySpan<byte> message) => message.Slice(ValueStart, ValueLength_bytes);

    /// <summary>The value's text without folds, in <paramref name="room"/> when that is large enough.</summary>
    public ReadOnlySpan<char> TextIn(scoped ReadOnlySpan<byte> message, Span<char> room)
    {
        Span<char> text = SipSyntax.Decode(ValueIn(message), room);
        return IsFolded ? text[..SipSyntax.Unfold(text)] : text;
    }
}
