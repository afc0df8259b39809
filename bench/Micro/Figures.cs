namespace MediaEngine.Bench.Micro;

/// <summary>ns per packet of one round. A fan-out has no unprotect.</summary>
internal readonly record struct Figures(double Protect, double Unprotect = double.NaN)
{
    public double this[int measure] => measure == 0 ? Protect : Unprotect;
}
