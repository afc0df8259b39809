namespace MediaEngine.Keys;

/// <summary>An element of a commutative group with one law for every pair, equal and neutral ones included.</summary>
internal interface IGroupElement<T>
    where T : unmanaged, IGroupElement<T>
{
    static abstract T Identity { get; }

    static abstract T Combine(in T left, in T right);

    /// <summary>The element combined with itself.</summary>
    static abstract T Twice(in T value);
}
