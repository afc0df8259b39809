namespace MediaEngine.Bench.Load;

/// <summary>What every command line may say.</summary>
internal abstract record CommonOptions
{
    public bool Json { get; private set; }

    /// <summary>A missed goal is a failure.</summary>
    public bool Strict { get; private set; }

    /// <summary>Null when an argument is not understood.</summary>
    public static T? Parse<T>(string[] arguments)
        where T : CommonOptions, new()
    {
        var options = new T();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is "--json" or "--strict")
            {
                options.Json |= arguments[i] == "--json";
                options.Strict |= arguments[i] == "--strict";
                continue;
            }
            if (i + 1 == arguments.Length || !options.TrySet(arguments[i], arguments[i + 1]))
                return null;
            i++;
        }
        return options;
    }

    /// <summary>False when there is no such option, or it may not have that value.</summary>
    protected abstract bool TrySet(string name, string value);
}
