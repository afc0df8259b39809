using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Srtp;

/// <summary>What SHA-1 asks of a vector of 32-bit words, one word a lane.</summary>
internal interface ISha1Vector<TVector>
    where TVector : unmanaged
{
    static abstract int Lanes { get; }

    static abstract TVector Broadcast(uint word);

    static abstract TVector Add(TVector x, TVector y);

    static abstract TVector RotateLeft(TVector x, [ConstantExpected] byte bits);

    static abstract TVector Parity(TVector x, TVector y, TVector z);

    static abstract TVector Choose(TVector x, TVector y, TVector z);

    static abstract TVector Majority(TVector x, TVector y, TVector z);
}
