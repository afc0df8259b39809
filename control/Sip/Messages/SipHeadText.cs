using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace MediaEngine.Sip;

/// <summary>A message's head as octets and as characters: usually it is ASCII, and all of it is widened at once.</summary>
internal readonly ref struct SipHeadText
{
    private readonly Span<char> _room;
    private readonly bool _isWide;

    /// <param name="octets">Start line and headers, the line break of the last one included.</param>
    /// <param name="room">For the characters, or for those of one piece at a time; more is allocated when it does not suffice.</param>
    public SipHeadText(ReadOnlySpan<byte> octets, Span<char> room)
    {
        Octets = octets;
        _room = room;
        _isWide = octets.Length <= room.Length && Ascii.ToUtf16(octets, room, out _) == OperationStatus.Done;
        IsClean = (_isWide || Utf8.IsValid(octets)) && !octets.Contains((byte)0);
    }

    public ReadOnlySpan<byte> Octets { get; }

    /// <summary>UTF-8 without NUL.</summary>
    public bool IsClean { get; }

    /// <summary>Good until the next piece is asked for.</summary>
    public ReadOnlySpan<char> At(int start, int length_bytes) => _isWide
        ? _room.Slice(start, length_bytes)
        : SipSyntax.Decode(Octets.Slice(start, length_bytes), _room);

    /// <summary>A header's value without folds; good until the next piece is asked for.</summary>
    public ReadOnlySpan<char> ValueOf(scoped in SipHeaderEntry entry) =>
        entry.IsFolded ? entry.TextIn(Octets, default) : At(entry.ValueStart, entry.ValueLength_bytes);
}
