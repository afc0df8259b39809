namespace MediaEngine.Keys;

/// <summary>SP (RFC 3830 6.10); enumerates its parameters.</summary>
public readonly ref struct MikeySecurityPolicy
{
    internal MikeySecurityPolicy(byte number, byte protocolType, ReadOnlySpan<byte> parameters)
    {
        Number = number;
        ProtocolType = protocolType;
        Parameters = parameters;
    }

    public byte Number { get; }

    /// <summary>Prot type: 0 is SRTP.</summary>
    public byte ProtocolType { get; }

    /// <summary>Type, length and value of each.</summary>
    public ReadOnlySpan<byte> Parameters { get; }

    public Enumerator GetEnumerator() => new(Parameters);

    /// <summary>Over the parameters in order.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private int _length;

        internal Enumerator(ReadOnlySpan<byte> parameters) => _rest = parameters;

        public readonly MikeySecurityParameter Current => new((MikeySrtpParameter)_rest[0], _rest[2.._length]);

        public bool MoveNext()
        {
            _rest = _rest[_length..];
            if (_rest.IsEmpty)
                return false;
            _length = 2 + _rest[1];
            return true;
        }
    }
}
