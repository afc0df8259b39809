namespace MediaEngine.Floor;

/// <summary>The value of a received field, kept for a later message; its memory is taken once.</summary>
internal struct StoredField
{
    private byte[]? _octets;
    private int _length;

    public bool IsPresent { get; private set; }

    public readonly ReadOnlySpan<byte> Value => _octets.AsSpan(0, _length);

    public readonly ReadOnlyMemory<byte> Memory => _octets.AsMemory(0, _length);

    public void Set(ReadOnlySpan<byte> value)
    {
        _octets ??= new byte[FloorText.Longest_bytes];
        value.CopyTo(_octets);
        _length = value.Length;
        IsPresent = true;
    }

    public void Clear()
    {
        _length = 0;
        IsPresent = false;
    }

    /// <summary>Takes over what the message has, absence included.</summary>
    public void TakeFrom(in FloorMessage message, FloorField id)
    {
        if (message.TryFind(id, 0, out ReadOnlySpan<byte> value))
            Set(value);
        else
            Clear();
    }

    public readonly void AddTo(ref FloorMessageWriter writer, FloorField id)
    {
        if (IsPresent)
            writer.AddField(id, Value);
    }
}
