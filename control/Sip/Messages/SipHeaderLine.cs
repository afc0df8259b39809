using System.Text;

namespace MediaEngine.Sip;

/// <summary>One header line: the message it was read from, strings made when somebody asks, or strings given.</summary>
internal struct SipHeaderLine
{
    private readonly SipMessage? _message;
    private readonly SipHeaderEntry _entry;
    private string? _name;
    private string? _value;

    public SipHeaderLine(string name, string value)
    {
        Id = SipHeaderNames.IdOf(name);
        _name = Id == SipHeaderNames.Unknown ? name : SipHeaderNames.NameOf(Id);
        _value = value;
    }

    /// <summary>A line of a message whose head is known to be clean UTF-8.</summary>
    public SipHeaderLine(SipMessage message, in SipHeaderEntry entry)
    {
        Id = entry.Id;
        _message = message;
        _entry = entry;
    }

    public byte Id { get; }

    public string Name => _name ??= Id == SipHeaderNames.Unknown
        ? Encoding.UTF8.GetString(_entry.NameIn(_message!.Octets))
        : SipHeaderNames.NameOf(Id);

    public string Value => _value ??= _entry.IsFolded
        ? SipSyntax.Unfold(Encoding.UTF8.GetString(_entry.ValueIn(_message!.Octets)))
        : Encoding.UTF8.GetString(_entry.ValueIn(_message!.Octets));

    /// <summary>The value, in <paramref name="room"/> when that is large enough and nobody made a string of it yet.</summary>
    public readonly ReadOnlySpan<char> TextIn(Span<char> room) => _value ?? _entry.TextIn(_message!.Octets, room);

    public bool Is(byte id, string name) =>
        id == Id && (id != SipHeaderNames.Unknown || string.Equals(Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Of name, colon, space, value and line break.</summary>
    public int Length_bytes => NameLength_bytes + ValueLength_bytes + 2;

    private int NameLength_bytes => Id != SipHeaderNames.Unknown ? SipHeaderNames.PrefixOf(Id).Length
        : _message is not null ? _entry.NameLength_bytes + 2 : _name!.Length + 2;

    private int ValueLength_bytes => _message is not null && !_entry.IsFolded ? _entry.ValueLength_bytes : Encoding.UTF8.GetByteCount(Value);

    /// <summary>Writes <see cref="Length_bytes"/> octets.</summary>
    public void Write(ref Span<byte> destination)
    {
        if (Id != SipHeaderNames.Unknown)
            SipWriter.Append(ref destination, SipHeaderNames.PrefixOf(Id));
        else
        {
            if (_message is not null)
                SipWriter.Append(ref destination, _entry.NameIn(_message!.Octets));
            else
                SipWriter.Append(ref destination, _name);
            SipWriter.Append(ref destination, ": "u8);
        }
        if (_message is not null && !_entry.IsFolded)
            SipWriter.Append(ref destination, _entry.ValueIn(_message!.Octets));
        else
            SipWriter.Append(ref destination, Value);
        SipWriter.Append(ref destination, "\r\n"u8);
    }
}
