using System.Numerics;

namespace MediaEngine.Srtp;

/// <summary>
/// The session keys of one master key for SRTP or for SRTCP with a key derivation rate of 2^n: each period of 2^n indexes has
/// its own (RFC 3711 4.3.1). The last few in use are kept, and keys for another period are derived into a spare that counts
/// only once <see cref="Keep"/> says that a packet authenticated.
/// </summary>
internal sealed class SessionPeriods : IDisposable
{
    // SSRCs stand in different periods, and reordering straddles two.
    private const int Kept = 8;
    private const ulong None = ulong.MaxValue;

    private readonly KeyDerivation _derivation;
    private readonly bool _rtcp;
    private readonly int _shift;
    private readonly SessionCipher[] _ciphers = new SessionCipher[Kept];
    private readonly ulong[] _periods = new ulong[Kept];
    private SessionCipher _spare;
    private ulong _sparePeriod = None;
    private int _recent;
    private int _oldest;

    public SessionPeriods(KeyDerivation derivation, SrtpProfile profile, bool rtcp, int keyDerivationRate)
    {
        _derivation = derivation;
        _rtcp = rtcp;
        _shift = BitOperations.Log2((uint)keyDerivationRate);
        Array.Fill(_periods, None);
        for (int i = 0; i < Kept; i++)
            _ciphers[i] = SessionCipher.Create(profile);
        _spare = SessionCipher.Create(profile);
    }

    /// <summary>The keys for an index, provisional until <see cref="Keep"/>.</summary>
    public SessionCipher At(ulong index)
    {
        ulong period = index >> _shift;
        int found = _periods[_recent] == period ? _recent : Array.IndexOf(_periods, period);
        if (found >= 0)
        {
            _sparePeriod = None;
            _recent = found;
            return _ciphers[found];
        }
        _spare.SetKeys(_derivation, _rtcp, period);
        _sparePeriod = period;
        return _spare;
    }

    /// <summary>The keys <see cref="At"/> returned last have protected or authenticated a packet.</summary>
    public void Keep()
    {
        if (_sparePeriod == None)
            return;
        (_spare, _ciphers[_oldest]) = (_ciphers[_oldest], _spare);
        _periods[_oldest] = _sparePeriod;
        _sparePeriod = None;
        _recent = _oldest;
        _oldest = (_oldest + 1) % Kept;
    }

    public void Dispose()
    {
        foreach (SessionCipher cipher in _ciphers)
            cipher.Dispose();
        _spare.Dispose();
    }
}
