using System.Numerics;

namespace MediaEngine.Srtp;

/// <summary>
/// The session keys of one master key for SRTP or for SRTCP. With key derivation rate 0 there is one set. With a rate of
/// 2^n each period of 2^n indexes has its own (RFC 3711 4.3.1): the last few in use are kept, and keys for another period are
/// derived into a spare that counts only once <see cref="Keep"/> says that a packet authenticated.
/// </summary>
internal sealed class SessionPeriods : IDisposable
{
    // SSRCs stand in different periods, and reordering straddles two.
    private const int Kept = 8;
    private const ulong None = ulong.MaxValue;

    private readonly SessionCipher? _only;
    private readonly KeyDerivation? _derivation;
    private readonly bool _rtcp;
    private readonly int _shift;
    private readonly SessionCipher[] _ciphers = [];
    private readonly ulong[] _periods = [];
    private SessionCipher? _spare;
    private ulong _sparePeriod = None;
    private int _recent;
    private int _oldest;

    public SessionPeriods(SessionCipher only) => _only = only;

    public SessionPeriods(KeyDerivation derivation, SrtpProfile profile, bool rtcp, int keyDerivationRate)
    {
        _derivation = derivation;
        _rtcp = rtcp;
        _shift = BitOperations.Log2((uint)keyDerivationRate);
        _ciphers = new SessionCipher[Kept];
        _periods = new ulong[Kept];
        Array.Fill(_periods, None);
        for (int i = 0; i < Kept; i++)
            _ciphers[i] = SessionCipher.Create(profile);
        _spare = SessionCipher.Create(profile);
    }

    /// <summary>True when every index has the same keys.</summary>
    public bool IsConstant => _only is not null;

    /// <summary>The keys for an index, provisional until <see cref="Keep"/>.</summary>
    public SessionCipher At(ulong index) => _only ?? Find(index >> _shift);

    /// <summary>The keys <see cref="At"/> returned last have protected or authenticated a packet.</summary>
    public void Keep()
    {
        if (_only is null && _sparePeriod != None)
            KeepSpare();
    }

    public void Dispose()
    {
        _only?.Dispose();
        foreach (SessionCipher cipher in _ciphers)
            cipher.Dispose();
        _spare?.Dispose();
    }

    private SessionCipher Find(ulong period)
    {
        if (_periods[_recent] == period)
        {
            _sparePeriod = None;
            return _ciphers[_recent];
        }
        int found = Array.IndexOf(_periods, period);
        if (found >= 0)
        {
            _sparePeriod = None;
            _recent = found;
            return _ciphers[found];
        }
        _spare!.SetKeys(_derivation!, _rtcp, period);
        _sparePeriod = period;
        return _spare;
    }

    private void KeepSpare()
    {
        (_spare, _ciphers[_oldest]) = (_ciphers[_oldest], _spare!);
        _periods[_oldest] = _sparePeriod;
        _sparePeriod = None;
        _recent = _oldest;
        _oldest = (_oldest + 1) % Kept;
    }
}
